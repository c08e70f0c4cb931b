"""A user lets the app act for him (authorization code with PKCE): Authlib."""
import os

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

url, branch = os.environ["ROUTIX_URL"], os.environ["ROUTIX_BRANCH"]
session = OAuth2Session(
    os.environ["ROUTIX_CLIENT_ID"],
    os.environ["ROUTIX_CLIENT_SECRET"],
    redirect_uri=os.environ["ROUTIX_REDIRECT_URI"],
    scope="routix:orders:read",
    code_challenge_method="S256",
)
verifier = generate_token(48)
address, state = session.create_authorization_url(f"{url}/auth/v1/oauth/authorize", code_verifier=verifier)
print(address, flush=True)

token_endpoint = f"{url}/auth/v1/oauth/token"
token = session.fetch_token(token_endpoint, authorization_response=input(), code_verifier=verifier, state=state)
print("granted", token["scope"])
token = session.refresh_token(token_endpoint, token["refresh_token"])
print("orders", session.get(f"{url}/functions/v1/api/v1/{branch}/orders?limit=1").status_code)
print("revoked", session.revoke_token(f"{url}/auth/v1/oauth/revoke", token["refresh_token"]).json())
