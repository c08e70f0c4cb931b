// A front end of one's own asks the person, in place of the consent page: supabase-js.
import { createClient } from '@supabase/supabase-js';
import ws from 'ws';

const { ROUTIX_URL, ROUTIX_CLIENT_ID, ROUTIX_REDIRECT_URI, ROUTIX_ADMIN_EMAIL, ROUTIX_ADMIN_PASSWORD } = process.env;
const supabase = createClient(ROUTIX_URL, 'no-key-is-needed', { realtime: { transport: ws } });
const { data: { session } } = await supabase.auth.signInWithPassword({ email: ROUTIX_ADMIN_EMAIL, password: ROUTIX_ADMIN_PASSWORD });

// The request with which the client sent the browser to this front end: its `location.search`.
const request = new URLSearchParams({
  response_type: 'code', client_id: ROUTIX_CLIENT_ID, redirect_uri: ROUTIX_REDIRECT_URI, scope: 'routix:orders:read',
  state: 'xyz', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256',
});
const named = await fetch(`${ROUTIX_URL}/auth/v1/oauth/authorizations`, {
  method: 'POST', headers: { authorization: `Bearer ${session.access_token}` }, body: request,
});
const { authorization_id: id } = await named.json();

const { data: details } = await supabase.auth.oauth.getAuthorizationDetails(id);
console.log('asks for', details.scope, 'as', details.user.email);
const { data: approved } = await supabase.auth.oauth.approveAuthorization(id);
console.log('sent back with', new URL(approved.redirect_url).searchParams.get('state'));
const { data: grants } = await supabase.auth.oauth.listGrants();
console.log('grants', grants.length, grants[0].client.id === ROUTIX_CLIENT_ID);
const { error } = await supabase.auth.oauth.revokeGrant({ clientId: ROUTIX_CLIENT_ID });
console.log('withdrawn', error);
await supabase.auth.signOut();
