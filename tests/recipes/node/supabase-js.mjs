// A person manages apps: supabase-js.
import { createClient } from '@supabase/supabase-js';
import ws from 'ws';

const { ROUTIX_URL, ROUTIX_ADMIN_EMAIL, ROUTIX_ADMIN_PASSWORD } = process.env;
// Before node 22 it wants to know a WebSocket, which nothing here uses.
const supabase = createClient(ROUTIX_URL, 'no-key-is-needed', { realtime: { transport: ws } });
const { error } = await supabase.auth.signInWithPassword({ email: ROUTIX_ADMIN_EMAIL, password: ROUTIX_ADMIN_PASSWORD });
if (error) throw error;

const registered = await supabase.functions.invoke('register-oauth-app', {
  body: {
    name: 'Recipe for supabase-js',
    redirect_uris: ['https://erp.example/callback'],
    allowed_scopes: ['routix:orders:read'],
  },
});
const { id, client_secret: secret } = registered.data.app;
const rotated = await supabase.functions.invoke('rotate-oauth-secret', { body: { oauth_app_id: id } });
console.log('rotated', rotated.data.client_secret !== secret);

const apps = supabase.from('oauth_apps');
const found = await apps.select('id, name', { count: 'exact' }).ilike('name', '%SUPABASE-JS%').order('created_at');
console.log('found', found.count, found.data.at(-1).id === id);
const revoked = await apps.update({ status: 'revoked' }).eq('id', id).select().single();
console.log('revoked', revoked.data.status);
const failed = await apps.select().eq('client_secret_hash', 'x');
console.log('failed', failed.status, failed.error.code);
await supabase.auth.signOut();
