//! What a user's program costs to build: with our client, with bare reqwest, and with clients of other APIs.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::row::{Goal, Row};
use super::{children_cpu, succeed};

/// Where the wrapped compiler notes what each crate took.
const LOG: &str = "XTASK_BENCH_RUSTC_LOG";

/// What the floor is made of.
const BARE: &str = "bare reqwest, serde, tokio";

/// How often a small step is done; the fastest counts.
const TRIES: usize = 5;

/// A program, its dependencies in the manifest's words, and its source.
struct Program {
    name: &'static str,
    dependencies: String,
    source: &'static str,
}

const TOKIO: &str = "tokio = { version = \"1\", features = [\"macros\", \"rt\"] }\n";

/// The floor's source; the program with one API does the same.
const FLOOR: &str = r#"
#[derive(serde::Serialize)]
struct ListChats { limit: u32 }

#[derive(serde::Deserialize)]
struct Chats { chats_summary: Vec<Chat> }

#[derive(serde::Deserialize)]
struct Chat { id: String }

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let request = client.post("https://api.livechatinc.com/v3.5/agent/action/list_chats").basic_auth("a", Some("b"));
    let chats: Chats = request.json(&ListChats { limit: 10 }).send().await?.error_for_status()?.json().await?;
    chats.chats_summary.iter().for_each(|chat| println!("{}", chat.id));
    Ok(())
}
"#;

const AGENT: &str = r#"
use livechat_client::{Credentials, LiveChat, types::agent::ListChats};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let livechat = LiveChat::new(Credentials::personal_access_token("a", "b"))?;
    let chats = livechat.agent().list_chats(&ListChats::new().limit(10)).await?;
    chats.chats_summary.iter().for_each(|chat| println!("{}", chat.id));
    Ok(())
}
"#;

const OTHER: &str = "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {}\n";

fn programs(root: &Path) -> Vec<Program> {
    let ours = |features: &str| {
        let path = root.join("crates/livechat-client");
        let path = path.display();
        format!(
            "livechat-client = {{ path = \"{path}\", default-features = false, features = [{features}] }}\n{TOKIO}"
        )
    };
    let floor = "reqwest = { version = \"0.13\", default-features = false, features = [\"json\", \"rustls-no-provider\"] }\n\
                 rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }\n\
                 serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n";
    let all = "\"agent\", \"customer\", \"configuration\", \"reports\", \"accounts\", \"rtm\", \"webhooks\", \"rustls\"";
    vec![
        Program { name: "floor", dependencies: format!("{floor}{TOKIO}"), source: FLOOR },
        Program { name: "agent", dependencies: ours("\"agent\", \"rustls\""), source: AGENT },
        Program { name: "all", dependencies: ours(all), source: AGENT },
        Program { name: "octocrab", dependencies: format!("octocrab = \"0.54\"\n{TOKIO}"), source: OTHER },
        Program { name: "oxide", dependencies: format!("oxide = \"=0.19.0\"\n{TOKIO}"), source: OTHER },
    ]
}

/// What a clean build took: the CPU seconds of all of it, and of each crate.
struct Built {
    total: f64,
    crates: BTreeMap<String, f64>,
}

impl Built {
    fn ours(&self) -> f64 {
        let ours = self.crates.iter().filter(|(name, _)| name.starts_with("livechat"));
        ours.fold(0.0, |sum, (_, seconds)| sum + seconds)
    }
}

/// Programs after a clean build, by name.
struct Programs(BTreeMap<&'static str, (Place, Built)>);

impl Programs {
    fn build(root: &Path, names: &[&str]) -> Result<Self, String> {
        let mut built = BTreeMap::new();
        for program in programs(root).iter().filter(|program| names.contains(&program.name)) {
            let place = Place::prepare(root, program)?;
            let result = place.clean_build()?;
            println!("{}: {:.1} s, ours {:.1} s", program.name, result.total, result.ours());
            built.insert(program.name, (place, result));
        }
        Ok(Self(built))
    }

    fn get(&self, name: &str) -> Result<&(Place, Built), String> {
        self.0.get(name).ok_or_else(|| format!("`{name}` was not built"))
    }

    /// What the clean builds with one API and with all took, compared with another.
    fn totals(&self, name: &str, against: &str, goal: Goal) -> Result<[Row; 2], String> {
        let theirs = self.get(name)?.1.total;
        let row = |what: &str, ours: f64| Row {
            what: format!("clean debug build, {what}: CPU time of all"),
            against: against.into(),
            ours: format!("{ours:.1} s"),
            theirs: format!("{theirs:.1} s"),
            result: ours / theirs,
            unit: "× the time".into(),
            goal,
        };
        let (agent, all) = (self.get("agent")?.1.total, self.get("all")?.1.total);
        Ok([row("the agent API alone", agent), row("all APIs", all)])
    }
}

/// Our own programs, compared with the floor.
pub(super) fn rows(root: &Path) -> Result<Vec<Row>, String> {
    let programs = Programs::build(root, &["floor", "agent", "all"])?;
    let (floor, agent, all) = (programs.get("floor")?, programs.get("agent")?, programs.get("all")?);
    let mut rows = Vec::new();
    for (what, built, goal) in [("the agent API alone", &agent.1, 6.0), ("all APIs", &all.1, 15.0)] {
        rows.push(Row {
            what: format!("clean debug build, {what}: CPU time of our own crates"),
            against: "–".into(),
            ours: format!("{:.1} s", built.ours()),
            theirs: String::new(),
            result: built.ours(),
            unit: "s".into(),
            goal: Goal::AtMost(goal),
        });
    }
    rows.extend(programs.totals("floor", BARE, Goal::None)?);
    let [bare, small, large] = rebuilds([&floor.0, &agent.0, &all.0])?;
    for (what, ours) in [("the agent API alone", small), ("all APIs", large)] {
        rows.push(Row {
            what: format!("rebuild after a touch of the program, {what}: CPU time"),
            against: BARE.into(),
            ours: format!("{ours:.2} s"),
            theirs: format!("{bare:.2} s"),
            result: ours - bare,
            unit: "s more".into(),
            goal: Goal::AtMost(0.3),
        });
    }
    let (bare, ours) = (floor.0.release_size()?, agent.0.release_size()?);
    rows.push(Row {
        what: "release binary, the same call".into(),
        against: BARE.into(),
        ours: format!("{ours:.2} MB"),
        theirs: format!("{bare:.2} MB"),
        result: ours - bare,
        unit: "MB more".into(),
        goal: Goal::AtMost(1.5),
    });
    Ok(rows)
}

/// Our own programs, compared with clients of other APIs. Ours are built again, so that both had the same machine.
pub(super) fn rows_of_peers(root: &Path) -> Result<Vec<Row>, String> {
    let programs = Programs::build(root, &["agent", "all", "octocrab", "oxide"])?;
    let mut rows = Vec::new();
    for name in ["octocrab", "oxide"] {
        rows.extend(programs.totals(name, name, Goal::AtMost(1.0))?);
    }
    Ok(rows)
}

/// Where a program stands, and where it is built.
struct Place {
    folder: PathBuf,
    name: &'static str,
}

impl Place {
    fn prepare(root: &Path, program: &Program) -> Result<Self, String> {
        let folder = root.join("target/bench/programs").join(program.name);
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{}",
            program.name, program.dependencies
        );
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
        };
        fs::create_dir_all(folder.join("src")).map_err(|error| format!("{}: {error}", folder.display()))?;
        write("Cargo.toml", &manifest)?;
        write("src/main.rs", program.source)?;
        // The versions that the workspace is built with; what else is needed, cargo adds.
        let lock =
            fs::read_to_string(root.join("Cargo.lock")).map_err(|error| format!("Cargo.lock: {error}"))?;
        write("Cargo.lock", &lock)?;
        let place = Self { folder, name: program.name };
        succeed(place.cargo("fetch").arg("--quiet"))?;
        Ok(place)
    }

    fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.arg(command).current_dir(&self.folder).env("CARGO_TARGET_DIR", self.folder.join("target"));
        // A program is rebuilt as cargo does it by default, whatever this run was started with.
        cargo.env_remove("CARGO_INCREMENTAL");
        cargo
    }

    fn clean_build(&self) -> Result<Built, String> {
        let _ = fs::remove_dir_all(self.folder.join("target"));
        let log = self.folder.join("crates.log");
        let _ = fs::remove_file(&log);
        let wrapper = std::env::current_exe().map_err(|error| error.to_string())?;
        let before = children_cpu();
        succeed(
            self.cargo("build").args(["--quiet", "--offline"]).env("RUSTC_WRAPPER", wrapper).env(LOG, &log),
        )?;
        let total = children_cpu() - before;
        let text = fs::read_to_string(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let mut crates: BTreeMap<String, f64> = BTreeMap::new();
        for (name, seconds) in text.lines().filter_map(|line| line.split_once(' ')) {
            *crates.entry(name.to_owned()).or_default() += seconds.parse::<f64>().unwrap_or_default();
        }
        Ok(Built { total, crates })
    }

    /// A build after the program's own file was touched.
    fn rebuild(&self) -> Result<f64, String> {
        let main = self.folder.join("src/main.rs");
        let touched =
            OpenOptions::new().append(true).open(&main).and_then(|mut file| file.write_all(b"// touched\n"));
        touched.map_err(|error| format!("{}: {error}", main.display()))?;
        let before = children_cpu();
        succeed(self.cargo("build").args(["--quiet", "--offline"]))?;
        Ok(children_cpu() - before)
    }

    /// The size of the program in megabytes, as cargo leaves it.
    fn release_size(&self) -> Result<f64, String> {
        succeed(self.cargo("build").args(["--quiet", "--offline", "--release"]))?;
        let program = self.folder.join("target/release").join(self.name);
        let size = fs::metadata(&program).map_err(|error| format!("{}: {error}", program.display()))?.len();
        #[expect(clippy::cast_precision_loss, reason = "a program is not that large")]
        Ok(size as f64 / 1e6)
    }
}

/// The processor seconds of the fastest rebuild of each, measured in turns. The first one compiles all again, without the wrapper, and does not count.
fn rebuilds(places: [&Place; 3]) -> Result<[f64; 3], String> {
    let mut times = [f64::MAX; 3];
    for place in places {
        place.rebuild()?;
    }
    for _ in 0..TRIES {
        for (place, time) in places.iter().zip(&mut times) {
            *time = (*time).min(place.rebuild()?);
        }
    }
    Ok(times)
}

/// Runs rustc and notes what it took, if this process was started as cargo's `RUSTC_WRAPPER` by a clean build here.
#[must_use]
pub fn as_rustc_wrapper() -> Option<ExitCode> {
    let log = std::env::var_os(LOG)?;
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let (rustc, arguments) = arguments.split_first()?;
    let status = Command::new(rustc).args(arguments).status().ok()?;
    let mut names = arguments.iter().skip_while(|argument| *argument != "--crate-name").skip(1);
    if let (Some(name), Ok(mut log)) = (names.next(), OpenOptions::new().create(true).append(true).open(log))
    {
        let _ = log.write_all(format!("{} {}\n", name.to_string_lossy(), children_cpu()).as_bytes());
    }
    Some(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}
