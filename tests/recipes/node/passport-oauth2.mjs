// A site that lets its users sign in with routix: passport and passport-oauth2.
import { createServer } from 'node:http';
import passport from 'passport';
import OAuth2Strategy from 'passport-oauth2';

const { ROUTIX_URL, ROUTIX_CLIENT_ID, ROUTIX_CLIENT_SECRET, ROUTIX_BRANCH } = process.env;
const session = {}; // of one user; a real site has express-session, and express reads the query
const server = createServer((request, response) => {
  request.session = session;
  request.query = Object.fromEntries(new URL(request.url, 'http://site').searchParams);
  passport.authenticate('oauth2', { session: false })(request, response, (error) => {
    console.log(error ?? request.user);
    response.setHeader('connection', 'close').end(error ? 'failed' : 'done');
    server.close();
  });
});
server.listen(0, '127.0.0.1', () => {
  const site = `http://127.0.0.1:${server.address().port}`;
  passport.use(new OAuth2Strategy({
    authorizationURL: `${ROUTIX_URL}/auth/v1/oauth/authorize`,
    tokenURL: `${ROUTIX_URL}/auth/v1/oauth/token`,
    clientID: ROUTIX_CLIENT_ID,
    clientSecret: ROUTIX_CLIENT_SECRET,
    callbackURL: `${site}/callback`,
    scope: ['routix:orders:read', 'routix:accounts:read'],
    pkce: true,
    state: true,
  }, async (accessToken, _refreshToken, _profile, done) => {
    const headers = { authorization: `Bearer ${accessToken}` };
    const orders = await fetch(`${ROUTIX_URL}/functions/v1/api/v1/${ROUTIX_BRANCH}/orders?limit=1`, { headers });
    done(null, `orders ${orders.status}`);
  }));
  console.log(`${site}/`);
});
