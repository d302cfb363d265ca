# Net::OAuth2: plain OAuth 2 with nothing but a state.
use strict;
use warnings;
use Net::OAuth2::Profile::WebServer;

$| = 1;
my ($issuer, $client_id, $client_secret, $redirect_uri) = @ARGV;
my $profile = Net::OAuth2::Profile::WebServer->new(
    client_id => $client_id, client_secret => $client_secret, scope => 'openid email',
    site => $issuer, authorize_path => '/authorize', access_token_path => '/token', redirect_uri => $redirect_uri, state => 'a-state-of-perl',
);
print $profile->authorize, "\n";
my $answer = <STDIN>;
my ($code) = $answer =~ /[?&]code=([^&\s]+)/;
my $token = $profile->get_access_token($code);
my $userinfo = $token->get("$issuer/userinfo");
print $userinfo->decoded_content, "\n";
