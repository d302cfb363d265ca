"""requests-oauthlib: plain OAuth 2 with nothing but a state."""
import json
import os
import sys

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
from requests_oauthlib import OAuth2Session

issuer, client_id, client_secret, redirect_uri = sys.argv[1:5]
session = OAuth2Session(client_id, redirect_uri=redirect_uri, scope=["openid", "email"])
url, state = session.authorization_url(f"{issuer}/authorize")
print(url, flush=True)
answer = sys.stdin.readline().strip()
session.fetch_token(f"{issuer}/token", authorization_response=answer, client_secret=client_secret)
print(json.dumps({"email": session.get(f"{issuer}/userinfo", timeout=10).json()["email"]}), flush=True)
