// An app for itself, which gives its token back when it is done: simple-oauth2.
import { ClientCredentials } from 'simple-oauth2';

const { ROUTIX_URL, ROUTIX_CLIENT_ID, ROUTIX_CLIENT_SECRET, ROUTIX_BRANCH } = process.env;
const client = new ClientCredentials({
  client: { id: ROUTIX_CLIENT_ID, secret: ROUTIX_CLIENT_SECRET },
  auth: { tokenHost: ROUTIX_URL, tokenPath: '/auth/v1/oauth/token', revokePath: '/auth/v1/oauth/revoke' },
});
const token = await client.getToken({ scope: 'routix:accounts:read' });
const headers = { authorization: `Bearer ${token.token.access_token}` };
const accounts = `${ROUTIX_URL}/functions/v1/api/v1/${ROUTIX_BRANCH}/accounts?limit=1`;
console.log('accounts', (await fetch(accounts, { headers })).status);
await token.revoke('access_token');
console.log('afterwards', (await fetch(accounts, { headers })).status);
