//! A server on loopback that answers from memory: it costs little, so that what is measured is the client.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Whole HTTP answers, by the number that the request's `page_id` is; without one, the first.
pub(crate) type Answers = Arc<dyn Fn(usize) -> Arc<[u8]> + Send + Sync>;

/// Starts a server in a thread of its own, which ends with the process.
///
/// # Panics
/// If there is no port for it.
#[must_use]
#[expect(clippy::expect_used, reason = "without its server, a benchmark has nothing to do")]
pub(crate) fn start(answers: Answers) -> SocketAddr {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    listener.set_nonblocking(true).expect("sockets can be non-blocking");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&answers)));
            }
        });
    });
    address
}

/// An HTTP answer with a JSON body.
#[must_use]
pub(crate) fn answer(body: &str) -> Arc<[u8]> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
    Arc::from((head + body).into_bytes())
}

/// Answers the requests of one connection, one after the other.
async fn serve(mut stream: TcpStream, answers: Answers) {
    let _ = stream.set_nodelay(true);
    let mut buffer = vec![0; 64 * 1024];
    let mut filled = 0;
    loop {
        while let Some((page, length)) = buffer.get(..filled).and_then(request) {
            if stream.write_all(&answers(page)).await.is_err() {
                return;
            }
            buffer.copy_within(length..filled, 0);
            filled -= length;
        }
        match stream.read(buffer.get_mut(filled..).unwrap_or_default()).await {
            Ok(0) | Err(_) => return,
            Ok(read) => filled += read,
        }
    }
}

/// The page that a request asks for, and how many bytes the request has, if it is there whole.
fn request(bytes: &[u8]) -> Option<(usize, usize)> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let headers = std::str::from_utf8(bytes.get(..head)?).ok()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    };
    let length = headers.lines().find_map(header).unwrap_or_default();
    let body = std::str::from_utf8(bytes.get(head..head + length)?).ok()?;
    let page = body.split_once("\"page_id\"").map(|(_, rest)| {
        let digits = rest.trim_start_matches([':', ' ', '"']);
        digits.split('"').next().and_then(|digits| digits.parse().ok()).unwrap_or_default()
    });
    Some((page.unwrap_or_default(), head + length))
}
