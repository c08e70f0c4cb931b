"""A user lets the app act for him (authorization code with PKCE): httpx-oauth."""
import asyncio
import base64
import hashlib
import os
import secrets
from urllib.parse import parse_qs, urlsplit

from httpx_oauth.oauth2 import OAuth2

url, redirect_uri = os.environ["ROUTIX_URL"], os.environ["ROUTIX_REDIRECT_URI"]
client = OAuth2(
    os.environ["ROUTIX_CLIENT_ID"],
    os.environ["ROUTIX_CLIENT_SECRET"],
    f"{url}/auth/v1/oauth/authorize",
    f"{url}/auth/v1/oauth/token",
    refresh_token_endpoint=f"{url}/auth/v1/oauth/token",
    revoke_token_endpoint=f"{url}/auth/v1/oauth/revoke",
    token_endpoint_auth_method="client_secret_post",
    revocation_endpoint_auth_method="client_secret_post",
)


async def main():
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    print(await client.get_authorization_url(
        redirect_uri, scope=["routix:orders:read"], code_challenge=challenge, code_challenge_method="S256"
    ), flush=True)
    code = parse_qs(urlsplit(input()).query)["code"][0]
    token = await client.get_access_token(code, redirect_uri, verifier)
    token = await client.refresh_token(token["refresh_token"])
    print("granted", token["scope"])
    await client.revoke_token(token["refresh_token"], "refresh_token")
    print("revoked")


asyncio.run(main())
