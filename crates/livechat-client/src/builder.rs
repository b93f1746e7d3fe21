//! The settings of a client, and how its stack of layers is put together.

use std::{borrow::Cow, env, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{
    HeaderValue, Uri,
    uri::{Authority, Parts, PathAndQuery, Scheme},
};
use livechat_types::{Api, Secret};
use tower::{Layer, Service, ServiceBuilder};

use crate::{
    Credentials, Error, LiveChat, Result,
    error::BoxError,
    layers::{
        Answer, Authorize, Deadline, HttpService, Limits, RateLimit, Region, Request, Retry, Stack, Stage,
        TraceAttempt, TraceCall, Transport,
    },
    lifecycle::Notices,
};

/// Where the Agent Chat, Customer Chat, Configuration and Reports APIs are.
const API_URL: &str = "https://api.livechatinc.com";
/// Where the accounts service is.
const ACCOUNTS_URL: &str = "https://accounts.livechat.com";

/// Makes a [`LiveChat`].
///
/// An address that is not set here is taken from the environment, and else is the vendor's own:
///
/// | variable | APIs | default |
/// |---|---|---|
/// | `LIVECHAT_API_URL` | Agent Chat, Customer Chat, Configuration, Reports | `https://api.livechatinc.com` |
/// | `LIVECHAT_ACCOUNTS_URL` | accounts | `https://accounts.livechat.com` |
///
/// ```
/// use std::time::Duration;
/// use livechat_client::{Credentials, LiveChat};
///
/// # fn main() -> livechat_client::Result<()> {
/// let livechat = LiveChat::builder(Credentials::bearer("dal:…"))
///     .user_agent("helpdesk-sync/1.4")
///     .timeout(Duration::from_secs(30))
///     .api_url("http://127.0.0.1:8080")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct LiveChatBuilder {
    credentials: Credentials,
    base_urls: [(Api, Option<String>); 5],
    user_agent: Option<String>,
    timeout: Duration,
    connect_timeout: Duration,
    limits: Limits,
    system_proxy: bool,
    /// It may hold a password.
    proxy: Option<Secret>,
    retry: Retry,
    rate_limit: Option<RateLimit>,
    transport: Option<Stack>,
    layers: Vec<Wrap>,
    attempt_layers: Vec<Wrap>,
    #[cfg(feature = "reqwest_0_13")]
    client: Option<reqwest::Client>,
}

type Wrap = Box<dyn FnOnce(Stack) -> Stack + Send>;

/// What a built client keeps of its settings.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_urls: BaseUrls,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    pub(crate) notices: Arc<Notices>,
}

/// The address of each API.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrls(Vec<(Api, BaseUrl)>);

impl BaseUrls {
    pub(crate) fn get(&self, api: Api) -> Result<&BaseUrl> {
        let found = self.0.iter().find(|(known, _)| *known == api);
        found.map(|(_, url)| url).ok_or_else(|| Error::build("the API has no address"))
    }
}

/// The address of an API, taken apart once: a call puts its path behind it.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl {
    /// Without a slash at its end.
    text: String,
    scheme: Scheme,
    authority: Authority,
    /// What stands before the documented path; mostly nothing.
    prefix: String,
}

impl BaseUrl {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The whole address of a request. In the usual case, nothing of it is copied.
    pub(crate) fn with(&self, path: Cow<'static, str>, query: &str) -> Result<Uri> {
        let path_and_query = match path {
            Cow::Borrowed(path) if self.prefix.is_empty() && query.is_empty() => {
                PathAndQuery::from_maybe_shared(Bytes::from_static(path.as_bytes()))
            }
            path => {
                let mark = if query.is_empty() { "" } else { "?" };
                PathAndQuery::from_maybe_shared(Bytes::from([&self.prefix, &*path, mark, query].concat()))
            }
        };
        let mut parts = Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(
            path_and_query.map_err(|error| Error::build("the address cannot be used").with_source(error))?,
        );
        Uri::from_parts(parts).map_err(|error| Error::build("the address cannot be used").with_source(error))
    }
}

impl LiveChatBuilder {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            base_urls: [Api::Agent, Api::Customer, Api::Configuration, Api::Reports, Api::Accounts]
                .map(|api| (api, None)),
            user_agent: None,
            timeout: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(10),
            limits: Limits {
                attempt: Duration::from_secs(20),
                upload: Duration::from_secs(100),
                response_bytes: 32 * 1024 * 1024,
            },
            system_proxy: true,
            proxy: None,
            retry: Retry::new(),
            rate_limit: Some(RateLimit::per_minute(180)),
            transport: None,
            layers: Vec::new(),
            attempt_layers: Vec::new(),
            #[cfg(feature = "reqwest_0_13")]
            client: None,
        }
    }

    /// Sets the address of all APIs but the accounts service.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        let url = url.into();
        for (api, slot) in &mut self.base_urls {
            if *api != Api::Accounts {
                *slot = Some(url.clone());
            }
        }
        self
    }

    /// Sets the address of the accounts service.
    pub fn accounts_url(self, url: impl Into<String>) -> Self {
        self.base_url(Api::Accounts, url)
    }

    /// Sets the address of one API: scheme, host, and what stands before the documented path.
    pub fn base_url(mut self, api: Api, url: impl Into<String>) -> Self {
        if let Some((_, slot)) = self.base_urls.iter_mut().find(|(known, _)| *known == api) {
            *slot = Some(url.into());
        }
        self
    }

    /// Names the program that calls; it stands before this crate's own name in `User-Agent`.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// How long a call may take with all its waits and attempts; two minutes otherwise.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long one attempt may take; 20 seconds otherwise (the server gives up after 15).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt = timeout;
        self
    }

    /// How long one attempt of an upload may take; 100 seconds otherwise.
    pub fn upload_timeout(mut self, timeout: Duration) -> Self {
        self.limits.upload = timeout;
        self
    }

    /// How long connecting may take; 10 seconds otherwise.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How many bytes an answer may have, also unpacked where it comes packed by gzip; 32 MiB otherwise.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.limits.response_bytes = bytes;
        self
    }

    /// Whether the proxy that the environment names (`HTTPS_PROXY`, …) is used; yes otherwise.
    pub fn system_proxy(mut self, system_proxy: bool) -> Self {
        self.system_proxy = system_proxy;
        self
    }

    /// Sends all requests by this proxy, such as `http://user:password@proxy.example.com:3128`, whatever the environment names.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// How requests are sent again; see [`Retry::new`] for what happens otherwise.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// How many requests are sent; 180 a minute for each token otherwise, as LiveChat allows.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// Sends every request at once, and leaves it to the server to refuse what is too many.
    pub fn no_rate_limit(mut self) -> Self {
        self.rate_limit = None;
        self
    }

    /// Adds a layer around whole calls: it sees each call once, before retries and waits. The last one added is the outermost.
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Stack> + Send + 'static,
        L::Service: Service<Request, Response = Answer, Error: Into<BoxError>, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        self.layers.push(wrap(layer));
        self
    }

    /// Adds a layer around attempts: it sees each request right before it is sent. The last one added is the outermost.
    pub fn attempt_layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Stack> + Send + 'static,
        L::Service: Service<Request, Response = Answer, Error: Into<BoxError>, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        self.attempt_layers.push(wrap(layer));
        self
    }

    /// Sends requests by a service of one's own in place of the network, such as one that answers from memory.
    ///
    /// Unpacking, the limits of an attempt and of an answer's size, connections and proxies are then its business; the time of the whole call
    /// stays limited. Its errors have the kind [`Layer`](crate::ErrorKind::Layer) and are never sent again, unlike answers of it.
    ///
    /// ```
    /// use livechat_client::{Credentials, LiveChat, layers::{Answer, Request}};
    ///
    /// # fn main() -> livechat_client::Result<()> {
    /// let livechat = LiveChat::builder(Credentials::bearer("test"))
    ///     .transport(tower::service_fn(async |_: Request| Ok::<_, std::io::Error>(Answer::new("{}".into()))))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn transport<S>(mut self, service: S) -> Self
    where
        S: Service<Request, Response = Answer, Error: Into<BoxError>, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        self.transport = Some(Stack::new(service));
        self
    }

    /// Sends requests by a reqwest client of one's own; timeouts of connections, TLS and proxies are then its business.
    /// Redirects must be off in it: following one could carry credentials elsewhere.
    #[cfg(feature = "reqwest_0_13")]
    pub fn reqwest_client(mut self, client: reqwest::Client) -> Self {
        self.client = Some(client);
        self
    }

    /// Makes the client.
    ///
    /// It is an error if an address, the proxy's among them, or the name of the program cannot be used, or TLS cannot be set up. Nothing is
    /// sent.
    pub fn build(mut self) -> Result<LiveChat> {
        let settings = self.settings(|name| env::var(name).ok())?;
        let innermost = match self.transport.take() {
            Some(service) => service,
            None => Stack::staged(Transport::new(self.client()?, self.limits)),
        };
        let attempts = attempts(self.retry, self.rate_limit, apply(innermost, self.attempt_layers));
        let deadline = Deadline { timeout: self.timeout };
        let calls = TraceCall.layer(Stage::new(deadline, apply(Stack::staged(attempts), self.layers)));
        Ok(LiveChat::assemble(settings, self.credentials, calls))
    }

    fn settings(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Settings> {
        let mut urls = Vec::with_capacity(self.base_urls.len());
        for (api, own) in &self.base_urls {
            let (name, default) = match api {
                Api::Accounts => ("LIVECHAT_ACCOUNTS_URL", ACCOUNTS_URL),
                _ => ("LIVECHAT_API_URL", API_URL),
            };
            let from_environment = variable(name).filter(|url| own.is_none() && !url.is_empty());
            let url = own.as_deref().or(from_environment.as_deref()).unwrap_or(default);
            let source = if from_environment.is_some() { format!(", from `{name}`,") } else { String::new() };
            let place = format!("of the {} API{source}", api.as_str());
            urls.push((*api, checked_url(&place, url)?));
        }
        let own = concat!("livechat-client/", env!("CARGO_PKG_VERSION"));
        let user_agent =
            self.user_agent.as_ref().map_or_else(|| own.to_owned(), |product| format!("{product} {own}"));
        let user_agent = HeaderValue::try_from(&user_agent)
            .map_err(|_| Error::build(format!("`{}` cannot be a user agent", user_agent.escape_debug())))?;
        Ok(Settings { base_urls: BaseUrls(urls), user_agent, timeout: self.timeout, notices: Arc::default() })
    }

    fn client(&mut self) -> Result<reqwest::Client> {
        #[cfg(feature = "reqwest_0_13")]
        if let Some(client) = self.client.take() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // `never` alone would still keep a copy of each request.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .connect_timeout(self.connect_timeout);
        if !self.system_proxy {
            builder = builder.no_proxy();
        }
        if let Some(url) = &self.proxy {
            let proxy = reqwest::Proxy::all(url.expose()).map_err(|error| {
                Error::build("the address of the proxy cannot be used").with_source(error.without_url())
            })?;
            builder = builder.proxy(proxy);
        }
        #[cfg(feature = "rustls")]
        {
            builder = builder.tls_backend_preconfigured(tls()?);
        }
        builder.build().map_err(|error| Error::build("the HTTP client cannot be made").with_source(error))
    }
}

/// TLS with the operating system's roots and ring, which builds fastest; nothing is installed for the whole process.
#[cfg(feature = "rustls")]
fn tls() -> Result<rustls::ClientConfig> {
    use rustls_platform_verifier::BuilderVerifierExt;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| Error::build("TLS cannot be set up").with_source(error))?;
    Ok(config.with_no_client_auth())
}

fn wrap<L>(layer: L) -> Wrap
where
    L: Layer<Stack> + Send + 'static,
    L::Service: Service<Request, Response = Answer, Error: Into<BoxError>, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    Box::new(move |stack| Stack::new(layer.layer(stack)))
}

/// The layers that every call passes, in front of the rest.
fn attempts(retry: Retry, limit: Option<RateLimit>, rest: Stack) -> impl HttpService {
    ServiceBuilder::new()
        .layer(retry)
        .layer(Authorize)
        .layer(Region)
        .layer_fn(move |rest| Stage::new(limit.clone(), rest))
        .layer(TraceAttempt)
        .service(rest)
}

fn apply(stack: Stack, layers: Vec<Wrap>) -> Stack {
    layers.into_iter().fold(stack, |stack, wrap| wrap(stack))
}

/// Checks an address once, here, so that no call can fail for it. `place` says whose it is and where it stands.
fn checked_url(place: &str, url: &str) -> Result<BaseUrl> {
    // A password may stand before an `@`.
    let shown = if url.contains('@') { String::new() } else { format!("`{}` ", url.escape_debug()) };
    let wrong = |why: &str| Error::build(format!("the address {shown}{place} {why}"));
    let uri: Uri = url.parse().map_err(|_| wrong("cannot be read"))?;
    let parts = uri.into_parts();
    let (Some(scheme), Some(authority)) =
        (parts.scheme.filter(|scheme| [Scheme::HTTP, Scheme::HTTPS].contains(scheme)), parts.authority)
    else {
        return Err(wrong("does not begin with `https://` or `http://` and a host"));
    };
    if authority.as_str().contains('@') {
        return Err(wrong("holds credentials; give them as Credentials"));
    }
    let path = parts.path_and_query.as_ref();
    if path.is_some_and(|path| path.query().is_some()) || url.contains('#') {
        return Err(wrong("has a query or a fragment"));
    }
    let prefix = path.map_or("", PathAndQuery::path).trim_end_matches('/').to_owned();
    Ok(BaseUrl { text: url.trim_end_matches('/').to_owned(), scheme, authority, prefix })
}

impl fmt::Debug for LiveChatBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveChatBuilder")
            // The addresses are not checked yet: a password may stand in one.
            .field("credentials", &self.credentials)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Body;

    fn builder() -> LiveChatBuilder {
        LiveChatBuilder::new(Credentials::none())
    }

    #[test]
    fn an_address_comes_from_the_builder_then_the_environment_then_the_vendor() {
        let environment = |name: &str| (name == "LIVECHAT_API_URL").then(|| "http://env/".to_owned());
        let urls = builder().base_url(Api::Reports, "http://own/x/").settings(environment).unwrap().base_urls;
        assert_eq!(urls.get(Api::Agent).unwrap().as_str(), "http://env");
        assert_eq!(urls.get(Api::Reports).unwrap().as_str(), "http://own/x");
        assert_eq!(urls.get(Api::Accounts).unwrap().as_str(), "https://accounts.livechat.com");
        let urls = builder().settings(|_| None).unwrap().base_urls;
        assert_eq!(urls.get(Api::Customer).unwrap().as_str(), "https://api.livechatinc.com");
    }

    #[test]
    fn a_wrong_address_is_refused_with_the_reason() {
        for url in ["", "api.livechatinc.com", "ftp://x", "http://x?a", "http://x#a", "http://"] {
            let error = builder().api_url(url).settings(|_| None).unwrap_err();
            assert!(error.to_string().contains("agent"), "{url}: {error}");
        }
        for url in
            ["http://me:hunter2@x", "ftp://me:hunter2@x", "http://me:hunter2@x y", "http://me:hunter2@x?a"]
        {
            let builder = builder().api_url(url);
            let error = builder.settings(|_| None).unwrap_err();
            assert!(!format!("{error} {error:?} {builder:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn the_futures_of_an_attempt_are_of_a_size_that_allocators_keep_at_hand() {
        // glibc's keeps freed memory up to this size for the next who asks; a search for more costs as much as a layer.
        const AT_HAND: usize = 1032;
        let mut request = Request::new(Body::empty());
        let network = Transport::new(builder().client().unwrap(), builder().limits);
        assert!(size_of_val(&network.send(&mut request)) <= AT_HAND);
        let layers = attempts(Retry::new(), Some(RateLimit::per_minute(1)), Stack::staged(network));
        assert!(size_of_val(&layers.send(&mut request)) <= AT_HAND);
    }

    #[test]
    fn a_wrong_address_of_the_environment_is_told_with_its_variable() {
        let environment = |name: &str| (name == "LIVECHAT_ACCOUNTS_URL").then(|| "accounts".to_owned());
        let error = builder().settings(environment).unwrap_err().to_string();
        assert!(
            error.contains("`accounts` of the accounts API, from `LIVECHAT_ACCOUNTS_URL`, does"),
            "{error}"
        );
        assert!(builder().accounts_url("http://x").settings(environment).is_ok());
    }

    #[test]
    fn the_program_stands_before_the_crate_in_the_user_agent() {
        let agent = builder().user_agent("sync/1").settings(|_| None).unwrap().user_agent;
        assert_eq!(agent, concat!("sync/1 livechat-client/", env!("CARGO_PKG_VERSION")));
        assert!(builder().user_agent("a\nb").settings(|_| None).is_err());
    }
}
