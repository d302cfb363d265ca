"""Authlib's client for requests: an OpenID Connect sign-in with a nonce and no PKCE, as its documentation begins."""
import json
import os
import sys

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.jose import jwt
import requests

issuer, client_id, client_secret, redirect_uri = sys.argv[1:5]
metadata = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
session = OAuth2Session(client_id, client_secret, scope="openid profile email", redirect_uri=redirect_uri)
url, state = session.create_authorization_url(metadata["authorization_endpoint"], nonce="a-nonce-of-authlib")
print(url, flush=True)
answer = sys.stdin.readline().strip()
token = session.fetch_token(metadata["token_endpoint"], authorization_response=answer)
keys = requests.get(metadata["jwks_uri"], timeout=10).json()
claims = jwt.decode(
    token["id_token"],
    keys,
    claims_cls=CodeIDToken,
    claims_options={"iss": {"value": issuer}},
    claims_params={"nonce": "a-nonce-of-authlib", "client_id": client_id, "access_token": token["access_token"]},
)
claims.validate()
print(json.dumps({"email": claims["email"], "at_hash": claims.validate_at_hash() is None}), flush=True)
