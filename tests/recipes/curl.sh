# An app for itself, and a person: curl. Nothing else is needed but a POSIX shell and sed.
set -eu
member() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }

token=$(curl -sS --fail-with-body "$ROUTIX_URL/functions/v1/oauth-token" -u "$ROUTIX_CLIENT_ID:$ROUTIX_CLIENT_SECRET" \
  -d grant_type=client_credentials -d scope=routix:accounts:read | member access_token)
curl -sS --fail-with-body -o /dev/null -w 'accounts %{http_code}\n' -H "Authorization: Bearer $token" \
  "$ROUTIX_URL/functions/v1/api/v1/$ROUTIX_BRANCH/accounts?limit=1"

user=$(curl -sS --fail-with-body "$ROUTIX_URL/auth/v1/token?grant_type=password" \
  -d email="$ROUTIX_ADMIN_EMAIL" -d password="$ROUTIX_ADMIN_PASSWORD" | member access_token)
curl -sS --fail-with-body -o /dev/null -D - -H "Authorization: Bearer $user" -H 'Prefer: count=exact' \
  "$ROUTIX_URL/rest/v1/oauth_apps?select=name&limit=1&order=created_at" | sed -n 's/^content-range: /apps /p' | tr -d '\r'
