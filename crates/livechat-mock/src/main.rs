//! The program `livechat-mock`: a LiveChat on loopback for demos, and for tests in any language.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use lexopt::{Arg, Parser, ValueExt};
use livechat_mock::{MockServer, RecordedRequest};

const HELP: &str = "\
A stateful LiveChat v3.5 on your own machine.

Usage: livechat-mock [OPTIONS]

Options:
  -p, --port <PORT>         Port on 127.0.0.1; 0 takes a free one [default: 0]
  -s, --seed <NUMBER>       Start with agents, groups, customers and a month of chats; the same number makes the same data
      --rate-limit <N>      Requests a minute with one token; 0 is no limit [default: 180]
      --max-chats <N>       Chats that are kept; the oldest go first [default: 10000]
      --region <REGION>     dal or fra; tokens of the other get misdirected_request [default: dal]
      --snapshot <FILE>     Go on from this file, and keep the state in it
  -q, --quiet               No line for each request
  -h, --help                This text
  -V, --version             The version

Examples:
  livechat-mock --port 4010 --seed 42
  livechat-mock --rate-limit 60 --max-chats 500 --region fra
  livechat-mock --port 4010 --snapshot livechat.json
  curl -s http://127.0.0.1:4010/v3.5/agent/action/list_chats \\
    -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d '{}'

The program prints its address and ready-made tokens. A program with livechat-client calls it if LIVECHAT_API_URL and
LIVECHAT_ACCOUNTS_URL are the address; another calls it in place of https://api.livechatinc.com. The mock's own settings are under /_mock/:
  curl -s http://127.0.0.1:4010/_mock/tokens
  curl -s http://127.0.0.1:4010/_mock/faults -d '{\"fault\": \"error\", \"type\": \"too_many_requests\", \"action\": \"send_event\", \"times\": 2}'
  curl -s http://127.0.0.1:4010/_mock/faults -d '{\"fault\": \"reset\", \"action\": \"list_archives\", \"after\": 1, \"times\": 3}'
  curl -s -X DELETE http://127.0.0.1:4010/_mock/faults
  curl -s http://127.0.0.1:4010/_mock/requests
  curl -s http://127.0.0.1:4010/_mock/clock -d '{\"seconds\": 3600}'
";

/// How often the state is written to the snapshot file, if anything happened.
const SAVE_EVERY: Duration = Duration::from_secs(5);

/// What the command line says.
struct Options {
    port: u16,
    seed: Option<u64>,
    rate_limit: u32,
    max_chats: usize,
    region: String,
    snapshot: Option<PathBuf>,
    quiet: bool,
}

/// What to do.
enum Command {
    Serve(Options),
    Print(String),
}

fn parse(mut parser: Parser) -> Result<Command, lexopt::Error> {
    let mut options = Options {
        port: 0,
        seed: None,
        rate_limit: 180,
        max_chats: 10_000,
        region: "dal".to_owned(),
        snapshot: None,
        quiet: false,
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('p') | Arg::Long("port") => options.port = parser.value()?.parse()?,
            Arg::Short('s') | Arg::Long("seed") => options.seed = Some(parser.value()?.parse()?),
            Arg::Long("rate-limit") => options.rate_limit = parser.value()?.parse()?,
            Arg::Long("max-chats") => options.max_chats = parser.value()?.parse()?,
            Arg::Long("region") => {
                let region = parser.value()?.string()?;
                if region != "dal" && region != "fra" {
                    return Err(format!("no region {region:?}: it is dal or fra").into());
                }
                options.region = region;
            }
            Arg::Long("snapshot") => options.snapshot = Some(parser.value()?.into()),
            Arg::Short('q') | Arg::Long("quiet") => options.quiet = true,
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Print(HELP.to_owned())),
            Arg::Short('V') | Arg::Long("version") => {
                return Ok(Command::Print(format!("livechat-mock {}\n", env!("CARGO_PKG_VERSION"))));
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Serve(options))
}

fn main() -> ExitCode {
    let result = match parse(Parser::from_env()) {
        Ok(Command::Print(text)) => io::stdout().write_all(text.as_bytes()),
        Ok(Command::Serve(options)) => run(options),
        Err(error) => Err(io::Error::other(format!("{error}; see livechat-mock --help"))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "livechat-mock: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> io::Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(options))
}

async fn serve(options: Options) -> io::Result<()> {
    let mut builder =
        MockServer::builder().port(options.port).max_chats(options.max_chats).region(options.region);
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }
    if options.rate_limit > 0 {
        builder = builder.rate_limit(options.rate_limit);
    }
    if let Some(snapshot) = options.snapshot.as_deref().and_then(|path| load(path).transpose()) {
        builder = builder.restore(snapshot?);
    }
    if !options.quiet {
        builder = builder.on_request(|request| {
            // A pipe that was closed is no reason to stop serving.
            let _ = writeln!(io::stdout(), "{}", line(request));
        });
    }
    let server = builder.start().await.map_err(|error| {
        io::Error::new(error.kind(), format!("cannot start on port {}: {error}", options.port))
    })?;
    if let Some(path) = options.snapshot {
        let saved = write(&server, &path, &[])?; // what cannot be written is said before anybody begins
        greet(&server)?;
        keep(&server, &path, saved).await
    } else {
        greet(&server)?;
        stop().await
    }
}

/// Waits until the program is asked to end: by Ctrl-C, or by whoever started it as a service.
async fn stop() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            end = tokio::signal::ctrl_c() => end,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn load(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io::Error::new(error.kind(), format!("cannot read {}: {error}", path.display()))),
    }
}

fn greet(server: &MockServer) -> io::Result<()> {
    let tokens = server.tokens();
    let mut out = io::stdout().lock();
    writeln!(out, "LiveChat v3.5 at {}", server.url())?;
    writeln!(out, "  agent token      {}", tokens.agent)?;
    writeln!(out, "  personal token   {}:{}", tokens.account_id, tokens.personal)?;
    writeln!(out, "  bot token        {}", tokens.bot)?;
    writeln!(out, "  customer token   {}", tokens.customer)?;
    writeln!(out, "  organization_id  {}", tokens.organization_id)?;
    writeln!(out, "  client_id        {}", tokens.client_id)?;
    // Most who start it have a program with the client for Rust, which reads these two.
    writeln!(out, "export LIVECHAT_API_URL={url} LIVECHAT_ACCOUNTS_URL={url}", url = server.url())?;
    out.flush()
}

fn line(request: &RecordedRequest) -> String {
    let mut line = format!("{} {} {}", request.status, request.method, request.path);
    let extras = [Some(request.user.as_str()).filter(|user| !user.is_empty()), request.error.as_deref()];
    for extra in extras.into_iter().flatten() {
        line.push(' ');
        line.push_str(extra);
    }
    line
}

/// Writes the state now and then, and at the end.
async fn keep(server: &MockServer, path: &Path, mut saved: Vec<u8>) -> io::Result<()> {
    let mut stop = std::pin::pin!(stop());
    let mut ticks = tokio::time::interval(SAVE_EVERY);
    loop {
        let last = tokio::select! {
            end = &mut stop => { end?; true }
            _ = ticks.tick() => false,
        };
        saved = write(server, path, &saved)?;
        if last {
            return Ok(());
        }
    }
}

/// Writes the state unless it is the one that was written last, and returns it.
fn write(server: &MockServer, path: &Path, saved: &[u8]) -> io::Result<Vec<u8>> {
    let snapshot = server.snapshot().map_err(io::Error::other)?;
    if snapshot != saved {
        save(path, &snapshot).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
        })?;
    }
    Ok(snapshot)
}

/// Writes beside the file and then in its place, so that there is always a whole one.
fn save(path: &Path, snapshot: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, snapshot)?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::{Command, HELP, parse};
    use lexopt::Parser;

    fn options(arguments: &[&str]) -> Result<super::Options, String> {
        let arguments = std::iter::once("livechat-mock").chain(arguments.iter().copied());
        match parse(Parser::from_iter(arguments)).map_err(|error| error.to_string())? {
            Command::Serve(options) => Ok(options),
            Command::Print(text) => Err(text),
        }
    }

    #[test]
    fn every_option_is_read_and_in_the_help() {
        let options = options(&[
            "--port",
            "4010",
            "--seed=42",
            "--rate-limit",
            "0",
            "--max-chats",
            "5",
            "--region",
            "fra",
            "--snapshot",
            "a.json",
            "-q",
        ])
        .unwrap();
        assert_eq!(
            (options.port, options.seed, options.rate_limit, options.max_chats),
            (4010, Some(42), 0, 5)
        );
        assert_eq!((options.region.as_str(), options.quiet), ("fra", true));
        for name in
            ["port", "seed", "rate-limit", "max-chats", "region", "snapshot", "quiet", "help", "version"]
        {
            assert!(HELP.contains(&format!("--{name}")), "{name}");
        }
    }

    #[test]
    fn a_wrong_argument_says_what_is_wrong() {
        let wrong = |arguments: &[&str]| options(arguments).err().unwrap();
        assert!(wrong(&["--prot", "1"]).contains("--prot"));
        assert!(wrong(&["--region", "mars"]).contains("mars"));
        assert!(wrong(&["--port", "many"]).contains("many"));
    }
}
