//! An app for itself (client credentials): the crate `oauth2`, over reqwest.

use std::error::Error;

use oauth2::basic::BasicClient;
use oauth2::{ClientId, ClientSecret, HttpRequest, HttpResponse, Scope, TokenResponse, TokenUrl};

use crate::world::World;

async fn send(client: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let response = client.execute(request.try_into()?).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut answer = HttpResponse::new(response.bytes().await?.into());
    (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
    Ok(answer)
}

/// The token, and the scopes that it has.
async fn token(url: &str, id: &str, secret: &str) -> Result<(String, Vec<String>), Box<dyn Error>> {
    let client = BasicClient::new(ClientId::new(id.to_owned()))
        .set_client_secret(ClientSecret::new(secret.to_owned()))
        .set_token_uri(TokenUrl::new(format!("{url}/auth/v1/oauth/token"))?);
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let http = |request| send(&http, request);
    let scope = Scope::new("routix:orders:read".to_owned());
    let token = client.exchange_client_credentials().add_scope(scope).request_async(&http).await?;
    let scopes = token.scopes().into_iter().flatten().map(|scope| scope.to_string()).collect();
    Ok((token.access_token().secret().clone(), scopes))
}

#[tokio::test]
async fn the_crate_oauth2_gets_what_it_asked_for() {
    let world = World::start();
    let (url, id, secret) = (world.fact("URL"), world.fact("CLIENT_ID"), world.fact("CLIENT_SECRET"));
    let (token, scopes) = token(url, id, secret).await.unwrap();
    assert_eq!(scopes, ["routix:orders:read"]);
    let orders = format!("{url}/functions/v1/api/v1/{}/orders?limit=1", world.fact("BRANCH"));
    let orders = reqwest::Client::new().get(orders).bearer_auth(&token).send().await.unwrap();
    assert_eq!(orders.status(), 200);
    let refused = self::token(url, id, "routix_x").await.unwrap_err();
    assert!(format!("{refused:?}").contains("error: invalid_client"), "{refused:?}");
}
