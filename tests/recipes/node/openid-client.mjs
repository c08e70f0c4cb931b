// An app for itself (client credentials): openid-client.
import * as client from 'openid-client';

const { ROUTIX_URL, ROUTIX_CLIENT_ID, ROUTIX_CLIENT_SECRET, ROUTIX_BRANCH } = process.env;
const config = await client.discovery(
  new URL(ROUTIX_URL), ROUTIX_CLIENT_ID, undefined, client.ClientSecretBasic(ROUTIX_CLIENT_SECRET),
  { algorithm: 'oauth2', execute: ROUTIX_URL.startsWith('http:') ? [client.allowInsecureRequests] : [] },
);
const tokens = await client.clientCredentialsGrant(config, { scope: 'routix:orders:read' });
console.log('granted', tokens.scope);

const orders = new URL(`/functions/v1/api/v1/${ROUTIX_BRANCH}/orders?limit=1`, ROUTIX_URL);
const response = await client.fetchProtectedResource(config, tokens.access_token, orders, 'GET');
console.log('orders', (await response.json()).data.length);

const refused = await client.clientCredentialsGrant(config, { scope: 'routix:moon:read' }).catch((error) => error);
console.log('refused', refused.error);
