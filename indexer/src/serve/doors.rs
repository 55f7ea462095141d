//! Which requests a process answers: questions when it serves, what is handed in when it takes it.

use super::error::ApiError;
use crate::run::roles::Role;
use axum::{
    Router,
    extract::Request,
    http::Method,
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};

/// The role that a request is for; none when every process answers it, about itself.
fn role_of(method: &Method, path: &str) -> Option<Role> {
    if !path.starts_with("/v1/") {
        None
    } else if method.is_safe() {
        Some(Role::Serve)
    } else {
        Some(Role::Intake)
    }
}

/// The routes that these roles answer; the others are refused.
pub fn open(router: Router, roles: Vec<Role>) -> Router {
    router.layer(from_fn(move |request: Request, next: Next| {
        let role = role_of(request.method(), request.uri().path());
        let closed = role.filter(|role| !roles.contains(role));
        async move {
            match closed {
                Some(role) => misdirected(role),
                None => next.run(request).await,
            }
        }
    }))
}

fn misdirected(role: Role) -> Response {
    ApiError::new(
        "misdirected",
        format!("this process does not have the role {role}: send the request to one that has it"),
    )
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_served_and_the_rest_is_taken_in() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert_eq!(role_of(&method, "/v1/status"), Some(Role::Serve));
        }
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            assert_eq!(role_of(&method, "/v1/submissions"), Some(Role::Intake));
        }
        assert_eq!(role_of(&Method::GET, "/metrics"), None);
    }
}
