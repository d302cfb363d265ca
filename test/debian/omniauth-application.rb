# omniauth_openid_connect in a Rack application: discovery, nonce, HTTP Basic, sign-out without a hint.
require 'json'
require 'rack'
require 'webrick'
require 'omniauth_openid_connect'

issuer, client_id, client_secret, origin = ARGV
SWD.url_builder = URI::HTTP
WebFinger.url_builder = URI::HTTP
OmniAuth.config.allowed_request_methods = %i[get post]
OmniAuth.config.silence_get_warning = true if OmniAuth.config.respond_to?(:silence_get_warning=)

app = Rack::Builder.new do
  use Rack::Session::Cookie, secret: 's' * 64
  use OmniAuth::Builder do
    provider :openid_connect, name: :oidc, issuer: issuer, discovery: true, scope: %i[openid email], response_type: :code,
             client_options: { identifier: client_id, secret: client_secret, redirect_uri: "#{origin}/auth/oidc/callback",
                               scheme: 'http', host: URI(issuer).host, port: URI(issuer).port }
  end
  run lambda { |env|
    auth = env['omniauth.auth']
    [200, { 'Content-Type' => 'application/json' }, [JSON.generate(auth ? { email: auth.info.email } : { error: env['omniauth.error'].to_s })]]
  }
end

server = WEBrick::HTTPServer.new(Port: URI(origin).port, BindAddress: '127.0.0.1', AccessLog: [], Logger: WEBrick::Log.new(File::NULL))
server.mount '/', Rack::Handler::WEBrick, app.to_app
trap('TERM') { server.shutdown }
puts 'ready'
$stdout.flush
server.start
