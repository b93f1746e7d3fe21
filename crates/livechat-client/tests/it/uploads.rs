//! Files on their way.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use futures_core::Stream;
use livechat_client::{
    Error, ErrorKind, MAX_UPLOAD, Result, UploadFile,
    layers::{Answer, HttpService, Request, Stage, Step},
};

use crate::support::{Nothing, Received, Script, Server, UPLOAD_FILE};

async fn upload(server: &Server, file: UploadFile) -> Result<()> {
    server.client().agent().upload::<Nothing>(&UPLOAD_FILE, file).await.map(drop)
}

/// Uploads to a server that accepts, and returns what it got.
async fn received(file: UploadFile) -> Received {
    let server = Server::start([Script::ok("{}")]).await;
    upload(&server, file).await.unwrap();
    server.received().remove(0)
}

fn expected(request: &Received, name: &str, content_type: &str, content: &str) -> String {
    let boundary =
        request.header("content-type").unwrap().strip_prefix("multipart/form-data; boundary=").unwrap();
    format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {content_type}\r\n\r\n{content}\r\n--{boundary}--\r\n"
    )
}

/// A stream of equal pieces that counts how many were taken.
struct Pieces {
    size: usize,
    left: usize,
    taken: Arc<AtomicUsize>,
}

impl Stream for Pieces {
    type Item = io::Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.taken.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(Some(Ok(vec![b'x'; self.size])))
    }
}

fn pieces(size: usize, count: usize) -> (Pieces, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    (Pieces { size, left: count, taken: taken.clone() }, taken)
}

#[tokio::test]
async fn bytes_are_one_part_named_file() {
    let request = received(UploadFile::from_bytes("a b.txt", "hello").content_type("text/plain")).await;
    assert_eq!(request.text(), expected(&request, "a b.txt", "text/plain", "hello"));
    assert_eq!(request.header("content-length").unwrap(), request.body.len().to_string());
}

#[tokio::test]
async fn a_reader_of_unknown_length_goes_in_chunks() {
    let request = received(UploadFile::from_reader("a", &b"hello"[..])).await;
    assert_eq!(request.header("transfer-encoding"), Some("chunked"));
    assert_eq!(request.header("content-length"), None);
    assert_eq!(request.text(), expected(&request, "a", "application/octet-stream", "hello"));
}

#[tokio::test]
async fn a_stream_of_known_length_states_it() {
    let (stream, _) = pieces(1000, 3);
    let request = received(UploadFile::from_stream("a", stream).length(3000)).await;
    assert_eq!(request.header("transfer-encoding"), None);
    assert_eq!(request.header("content-length").unwrap(), request.body.len().to_string());
    assert_eq!(request.text(), expected(&request, "a", "application/octet-stream", &"x".repeat(3000)));
}

#[tokio::test]
async fn a_file_on_disk_brings_its_name_and_length() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let file = UploadFile::open(&path).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(file.known_length(), Some(text.len() as u64));
    let request = received(file).await;
    assert_eq!(request.text(), expected(&request, "README.md", "application/octet-stream", &text));
}

#[tokio::test]
async fn a_file_over_the_limit_is_refused_before_anything_is_sent() {
    let server = Server::start([]).await;
    let (stream, taken) = pieces(1 << 20, 11);
    let error = upload(&server, UploadFile::from_stream("big", stream).length(11 << 20)).await.unwrap_err();
    assert!(error.is_too_large());
    assert!(error.to_string().contains("10 MB"), "{error}");
    assert!(!error.may_have_reached_server());
    assert_eq!(taken.load(Ordering::SeqCst), 0);
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_stream_that_passes_the_limit_is_broken_off() {
    let server = Server::start([Script::ok("{}")]).await;
    let (stream, taken) = pieces(1 << 20, 1000);
    let error = upload(&server, UploadFile::from_stream("big", stream)).await.unwrap_err();
    assert!(error.is_too_large(), "{error:?}");
    assert!(error.may_have_reached_server());
    assert_eq!(taken.load(Ordering::SeqCst) as u64, (MAX_UPLOAD >> 20) + 1);
}

#[tokio::test]
async fn a_layer_that_sends_a_stream_twice_gets_an_error_and_sends_no_empty_file() {
    #[derive(Clone)]
    struct Twice;
    impl Step for Twice {
        async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
            rest.send(request).await?;
            rest.send(request).await
        }
    }
    let twice = || tower::layer::layer_fn(|rest| Stage::new(Twice, rest));
    for (file, sent) in
        [(UploadFile::from_reader("a", &b"hello"[..]), 1), (UploadFile::from_bytes("a", "hello"), 2)]
    {
        let server = Server::start([Script::ok("{}"), Script::ok("{}")]).await;
        let agent = server.builder().layer(twice()).build().unwrap().agent();
        let outcome = agent.upload::<Nothing>(&UPLOAD_FILE, file).await;
        assert_eq!(outcome.is_ok(), sent == 2);
        assert_eq!(server.received().len(), sent);
    }
}

#[tokio::test]
async fn a_stream_that_does_not_keep_its_length_is_an_error() {
    for (count, complaint) in
        [(1, "ended after 1000 of its stated 1500 bytes"), (2, "more bytes than its stated")]
    {
        let server = Server::start([Script::ok("{}")]).await;
        let (stream, _) = pieces(1000, count);
        let error = upload(&server, UploadFile::from_stream("a", stream).length(1500)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Build);
        assert!(error.to_string().contains(complaint), "{error}");
    }
}

#[tokio::test]
async fn a_stream_that_fails_says_why() {
    struct Broken;
    impl Stream for Broken {
        type Item = io::Result<Vec<u8>>;
        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(Some(Err(io::Error::other("the disk is gone"))))
        }
    }
    let server = Server::start([Script::ok("{}")]).await;
    let error: Error = upload(&server, UploadFile::from_stream("a", Broken)).await.unwrap_err();
    assert!(error.to_string().contains("cannot be read: the disk is gone"), "{error}");
}
