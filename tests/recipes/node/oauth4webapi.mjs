// A user lets the app act for him (authorization code with PKCE): oauth4webapi.
import { createInterface } from 'node:readline/promises';
import * as oauth from 'oauth4webapi';

const { ROUTIX_URL, ROUTIX_CLIENT_ID, ROUTIX_CLIENT_SECRET, ROUTIX_REDIRECT_URI, ROUTIX_BRANCH } = process.env;
const issuer = new URL(ROUTIX_URL);
const http = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' };
const server = await oauth
  .discoveryRequest(issuer, { algorithm: 'oauth2', ...http })
  .then((response) => oauth.processDiscoveryResponse(issuer, response));
const client = { client_id: ROUTIX_CLIENT_ID };
const authentication = oauth.ClientSecretBasic(ROUTIX_CLIENT_SECRET);

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const url = new URL(server.authorization_endpoint);
url.search = new URLSearchParams({
  response_type: 'code',
  client_id: client.client_id,
  redirect_uri: ROUTIX_REDIRECT_URI,
  scope: 'routix:orders:read',
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
});
console.log(url.href);
const input = createInterface({ input: process.stdin });
const sentBackTo = new URL(await input.question(''));
input.close();

const answer = oauth.validateAuthResponse(server, client, sentBackTo, state);
let tokens = await oauth
  .authorizationCodeGrantRequest(server, client, authentication, answer, ROUTIX_REDIRECT_URI, verifier, http)
  .then((response) => oauth.processAuthorizationCodeResponse(server, client, response));
console.log('granted', tokens.scope);
tokens = await oauth
  .refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, http)
  .then((response) => oauth.processRefreshTokenResponse(server, client, response));

const orders = await oauth.protectedResourceRequest(
  tokens.access_token, 'GET', new URL(`/functions/v1/api/v1/${ROUTIX_BRANCH}/orders?limit=1`, issuer), undefined, undefined, http,
);
console.log('orders', orders.status);
await oauth
  .revocationRequest(server, client, authentication, tokens.refresh_token, http)
  .then((response) => oauth.processRevocationResponse(response));
const ended = await oauth
  .introspectionRequest(server, client, authentication, tokens.access_token, http)
  .then((response) => oauth.processIntrospectionResponse(server, client, response));
console.log('active', ended.active);
