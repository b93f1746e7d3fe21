//! The stores that every test of the inbox runs on, each fresh, and a `PostgreSQL` of the tests' own.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use livechat_webhooks::inbox::{SqliteStore, Store};

/// A place where a store is, and which another store can take over.
pub(crate) trait Stores {
    type Store: Store;

    /// Opens the store: the same one each time, with what is in it.
    async fn open(&self) -> Self::Store;
}

/// Makes a test of each function for each store. A function gets a fresh place for stores.
macro_rules! on_each_store {
    ($($test:ident)+) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::stores::SqliteStores::new()).await;
            })+
        }

        #[cfg(all(feature = "postgres", unix))]
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let Some(stores) = $crate::stores::postgres::PostgresStores::new().await else { return };
                super::$test(stores).await;
            })+
        }
    };
}

pub(crate) use on_each_store;

/// A number that no other place of this process has.
fn number() -> usize {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// A file, which is deleted in the end.
pub(crate) struct SqliteStores(PathBuf);

impl SqliteStores {
    pub(crate) fn new() -> Self {
        let name = format!("livechat-inbox-{}-{}.sqlite", std::process::id(), number());
        Self(std::env::temp_dir().join(name))
    }
}

impl Stores for SqliteStores {
    type Store = SqliteStore;

    async fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.0).unwrap()
    }
}

impl Drop for SqliteStores {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(end);
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(all(feature = "postgres", unix))]
pub(crate) mod postgres {
    //! A `PostgreSQL` that is started for the tests and ends with them, or the one that `LIVECHAT_TEST_POSTGRES` names.

    use std::{
        env, fs,
        io::{BufRead, BufReader, Write},
        os::unix::{fs::chown, process::CommandExt},
        path::{Path, PathBuf},
        process::{Command, Stdio},
        sync::LazyLock,
        time::Duration,
    };

    use livechat_webhooks::inbox::{
        PostgresSettings, PostgresStore,
        tokio_postgres::{Client, Config, NoTls},
    };

    use super::{Stores, number};

    /// The address of a server to use instead.
    const ADDRESS: &str = "LIVECHAT_TEST_POSTGRES";

    /// How to reach the server, if there is one.
    static SERVER: LazyLock<Option<String>> = LazyLock::new(|| {
        let server = env::var(ADDRESS).ok().or_else(start);
        if server.is_none() {
            // Past the test harness, which would keep it for itself.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: the tests of PostgresStore need `initdb` and `postgres`, or LIVECHAT_TEST_POSTGRES with the address of a server"
            );
        }
        server
    });

    /// A schema of its own in the server.
    pub(crate) struct PostgresStores {
        pub(crate) config: Config,
        pub(crate) lease: Duration,
    }

    impl PostgresStores {
        pub(crate) async fn new() -> Option<Self> {
            let schema = format!("inbox_{}_{}", std::process::id(), number());
            let server: Config =
                SERVER.as_ref()?.parse().expect("LIVECHAT_TEST_POSTGRES is the address of a server");
            let statements = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
            client(&server).await.batch_execute(&statements).await.unwrap();
            Some(Self::at(&schema))
        }

        /// The schema that another process has made.
        pub(crate) fn at(schema: &str) -> Self {
            let mut config: Config = SERVER.as_ref().expect("there is a server").parse().unwrap();
            config.options(format!("-c search_path={schema}")).application_name(schema);
            Self { config, lease: Duration::from_secs(30) }
        }

        /// With these variables, another process of the tests finds the server, and the schema under this name.
        pub(crate) fn environment(&self, name: &'static str) -> [(&'static str, String); 2] {
            let server = SERVER.clone().expect("there is a server");
            let schema = self.config.get_application_name().expect("it is called like its schema");
            [(ADDRESS, server), (name, schema.to_owned())]
        }

        /// A connection to look at the tables.
        pub(crate) async fn client(&self) -> Client {
            client(&self.config).await
        }
    }

    impl Stores for PostgresStores {
        type Store = PostgresStore;

        async fn open(&self) -> PostgresStore {
            PostgresSettings::new(self.config.clone()).lease(self.lease).connect(NoTls).await.unwrap()
        }
    }

    async fn client(config: &Config) -> Client {
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Starts a server that ends, and leaves nothing, when this process ends in whatever way.
    fn start() -> Option<String> {
        let programs = programs()?;
        let folder = env::temp_dir().join(format!("livechat-postgres-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let user = user_of_the_server(&folder);
        let command = |program: &str| {
            let mut command = Command::new(program);
            command.current_dir(&folder);
            if let Some((user, group)) = user {
                command.uid(user).gid(group);
            }
            command
        };
        let made = command(programs.join("initdb").to_str().unwrap())
            .args(["--username=livechat", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"])
            .args(["--pgdata", "data"])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // The shell reads its input to the end, which comes with the end of this process, also if a signal ends both.
        let shell = "trap '' INT TERM; \"$0\" -D data -k \"$PWD\" -c listen_addresses= -c fsync=off & read -r end; kill -INT $!; wait; rm -rf \"$PWD\"";
        let mut server = command("sh")
            .args(["-c", shell])
            .arg(programs.join("postgres"))
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("ready to accept connections")), "PostgreSQL did not start");
        // Its output must not fill up; and its input must stay open.
        std::thread::spawn(move || {
            lines.for_each(drop);
            drop(server);
        });
        Some(format!("host={} user=livechat dbname=postgres", folder.display()))
    }

    /// The folder where both programs are.
    fn programs() -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<_> = env::split_paths(&path).collect();
        let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        folders.extend(installed.map(|version| version.path().join("bin")));
        folders
            .into_iter()
            .find(|folder| ["initdb", "postgres"].iter().all(|program| folder.join(program).exists()))
    }

    /// The server refuses to run as root, so then another user runs it: `postgres`, or `nobody`.
    fn user_of_the_server(folder: &Path) -> Option<(u32, u32)> {
        chown(folder, Some(0), None).ok()?;
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let id = |name: &str| {
            let mut fields =
                users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.split(':').skip(1);
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        };
        let (user, group) =
            id("postgres").or_else(|| id("nobody")).expect("there is a user to run PostgreSQL");
        chown(folder, Some(user), Some(group)).unwrap();
        Some((user, group))
    }
}
