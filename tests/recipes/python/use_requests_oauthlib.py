"""A user lets the app act for him (authorization code with PKCE): requests-oauthlib."""
import os

from requests_oauthlib import OAuth2Session

if os.environ["ROUTIX_URL"].startswith("http://127.0.0.1"):
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
url, branch = os.environ["ROUTIX_URL"], os.environ["ROUTIX_BRANCH"]
session = OAuth2Session(
    os.environ["ROUTIX_CLIENT_ID"],
    redirect_uri=os.environ["ROUTIX_REDIRECT_URI"],
    scope=["routix:accounts:read", "routix:orders:read"],
    pkce="S256",
)
address, _state = session.authorization_url(f"{url}/auth/v1/oauth/authorize")
print(address, flush=True)

secret = os.environ["ROUTIX_CLIENT_SECRET"]
token = session.fetch_token(f"{url}/auth/v1/oauth/token", authorization_response=input(), client_secret=secret)
print("granted", " ".join(token["scope"]))
print("orders", session.get(f"{url}/functions/v1/api/v1/{branch}/orders?limit=1").status_code)
