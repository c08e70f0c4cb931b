"""A person manages apps: supabase-py."""
import os

from supabase import create_client

# Its client asks for a key; none is needed.
supabase = create_client(os.environ["ROUTIX_URL"], "no.key.needed")
supabase.auth.sign_in_with_password(
    {"email": os.environ["ROUTIX_ADMIN_EMAIL"], "password": os.environ["ROUTIX_ADMIN_PASSWORD"]}
)
app = supabase.functions.invoke("register-oauth-app", {"body": {
    "name": "Recipe for supabase-py",
    "redirect_uris": ["https://erp.example/callback"],
    "allowed_scopes": ["routix:orders:read"],
}, "responseType": "json"})["app"]
found = supabase.table("oauth_apps").select("id", count="exact").ilike("name", "%SUPABASE-PY%").execute()
print("found", found.count, found.data[-1]["id"] == app["id"])
revoked = supabase.table("oauth_apps").update({"status": "revoked"}).eq("id", app["id"]).execute()
print("revoked", revoked.data[0]["status"])
supabase.auth.sign_out()
