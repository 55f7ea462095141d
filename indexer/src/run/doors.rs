//! Which requests a process answers: questions when it serves, what is handed in when it takes it.

use super::roles::Role;
use axum::{
    Json, Router,
    extract::Request,
    http::{Method, StatusCode},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use sheaf_protocol::api::ErrorBody;

/// The role that a request is for.
fn role_of(method: &Method) -> Role {
    if method.is_safe() {
        Role::Serve
    } else {
        Role::Intake
    }
}

/// The routes that these roles answer; the others are refused.
pub fn open(router: Router, roles: &[Role]) -> Router {
    let closed: Vec<Role> = [Role::Serve, Role::Intake]
        .into_iter()
        .filter(|role| !roles.contains(role))
        .collect();
    if closed.is_empty() {
        return router;
    }
    router.layer(from_fn(move |request: Request, next: Next| {
        let is_closed = closed.contains(&role_of(request.method()));
        async move {
            if is_closed {
                misdirected(request.method())
            } else {
                next.run(request).await
            }
        }
    }))
}

fn misdirected(method: &Method) -> Response {
    let role = role_of(method);
    let message = format!(
        "this process does not have the role {role}: send {method} requests to one that has it"
    );
    let body = ErrorBody::new("misdirected", message);
    (StatusCode::MISDIRECTED_REQUEST, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_served_and_the_rest_is_taken_in() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert_eq!(role_of(&method), Role::Serve);
        }
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            assert_eq!(role_of(&method), Role::Intake);
        }
    }
}
