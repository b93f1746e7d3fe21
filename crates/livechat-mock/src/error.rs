//! The errors that the mock answers: a documented type, a message that says what to change, and the status that carries them.

use http::StatusCode;
use livechat_types::{
    Api,
    accounts::{AccountsError, OauthErrorCode},
    shared::{ErrorData, ErrorDetails, ErrorResponse, ErrorType},
};

/// What an action answers instead of its result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) details: ErrorDetails,
    /// The code that the accounts endpoints show instead of the type.
    oauth: Option<OauthErrorCode>,
    /// For `too_many_requests`: after how many seconds the next request is welcome.
    pub(crate) retry_after: Option<u64>,
    /// Only where the type does not settle it.
    status: Option<StatusCode>,
}

impl ApiError {
    pub(crate) fn new(r#type: ErrorType, message: impl Into<String>) -> Self {
        Self { details: ErrorDetails::new(r#type, message), oauth: None, retry_after: None, status: None }
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(ErrorType::Validation, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorType::NotFound, message)
    }

    pub(crate) fn authorization(message: impl Into<String>) -> Self {
        Self::new(ErrorType::Authorization, message)
    }

    pub(crate) fn authentication(message: impl Into<String>) -> Self {
        Self::new(ErrorType::Authentication, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorType::LimitReached, message)
    }

    /// The request belongs to the region `region`.
    pub(crate) fn misdirected(region: &str) -> Self {
        let mut error = Self::new(ErrorType::MisdirectedRequest, "Wrong region");
        let mut data = ErrorData::new();
        data.region = Some(region.to_owned());
        error.details.data = Some(data);
        error
    }

    /// An error of the accounts endpoints.
    pub(crate) fn oauth(code: OauthErrorCode, message: impl Into<String>) -> Self {
        Self { oauth: Some(code), ..Self::validation(message) }
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    pub(crate) fn with_retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The documentation states no statuses; these are the usual ones for what the types mean.
    pub(crate) fn status(&self) -> StatusCode {
        if let Some(status) = self.status {
            return status;
        }
        if let Some(code) = &self.oauth {
            return match code {
                OauthErrorCode::Unauthorized | OauthErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
                OauthErrorCode::AccessDenied | OauthErrorCode::Forbidden => StatusCode::FORBIDDEN,
                OauthErrorCode::ResourceNotFound => StatusCode::NOT_FOUND,
                _ => StatusCode::BAD_REQUEST,
            };
        }
        match self.details.r#type {
            ErrorType::Authentication => StatusCode::UNAUTHORIZED,
            ErrorType::Authorization
            | ErrorType::CustomerBanned
            | ErrorType::LicenseExpired
            | ErrorType::MissingAccess
            | ErrorType::NotAllowed => StatusCode::FORBIDDEN,
            ErrorType::EntityTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorType::NotFound
            | ErrorType::GreetingNotFound
            | ErrorType::GroupNotFound
            | ErrorType::LicenseNotFound => StatusCode::NOT_FOUND,
            ErrorType::AlreadyExists => StatusCode::CONFLICT,
            ErrorType::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorType::MisdirectedRequest => StatusCode::MISDIRECTED_REQUEST,
            ErrorType::RequestTimeout => StatusCode::GATEWAY_TIMEOUT,
            ErrorType::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorType::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The body: the error envelope, or that of the accounts endpoints.
    pub(crate) fn body(self, api: Option<Api>) -> Vec<u8> {
        let body = if api == Some(Api::Accounts) {
            let code = self.oauth.unwrap_or(match self.details.r#type {
                ErrorType::Authentication => OauthErrorCode::Unauthorized,
                ErrorType::Authorization => OauthErrorCode::AccessDenied,
                ErrorType::NotFound | ErrorType::LicenseNotFound => OauthErrorCode::ResourceNotFound,
                ErrorType::Internal => OauthErrorCode::ServerError,
                ErrorType::ServiceUnavailable | ErrorType::TooManyRequests => {
                    OauthErrorCode::TemporarilyUnavailable
                }
                _ => OauthErrorCode::InvalidRequest,
            });
            let mut error = AccountsError::new();
            error.oauth_exception = Some(code);
            error.exception_description = Some(self.details.message);
            serde_json::to_vec(&error)
        } else {
            serde_json::to_vec(&ErrorResponse::new(self.details))
        };
        // Both are strings and objects of strings alone, which cannot fail to be written.
        body.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::ApiError;
    use livechat_types::Api;

    #[test]
    fn the_accounts_endpoints_have_an_envelope_of_their_own() {
        let error = ApiError::authentication("no such token");
        assert_eq!(
            error.clone().body(Some(Api::Agent)),
            br#"{"error":{"type":"authentication","message":"no such token"}}"#
        );
        assert_eq!(
            error.body(Some(Api::Accounts)),
            br#"{"oauth_exception":"unauthorized","exception_description":"no such token"}"#
        );
    }
}
