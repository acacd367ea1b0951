package web

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"parley/core"
	"parley/core/hub"
)

const (
	maxPassword  = 1024              // bytes: hashing more would be work for nothing
	maxUserAgent = core.MaxName      // bytes kept of what a browser says of itself
	cookieAge    = 30 * 24 * 60 * 60 // seconds; the store ends a login that is not used before
	bearer       = "bearer "         // in lower case
)

// caller is who sent a request, as far as its route needs to know.
type caller struct {
	actor core.Actor // zero on a public route
	may   right
	token core.Secret // the cookie's, "" without one
	from  hub.Client
}

type callerKey struct{}

func withCaller(ctx context.Context, c caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

// admit finds out who asks and turns away who may not.
func (s *Server) admit(may right) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		c := humagin.Unwrap(ctx)
		who := caller{may: may, token: s.cookie.read(c.Request), from: clientOf(c.Request)}
		if may.signed {
			var err error
			if who.actor, err = s.authenticate(c.Request); err != nil {
				s.tell(ctx.Context(), err).write(c.Writer)
				return
			}
			if may.admin && !who.actor.Agent.Admin {
				s.tell(ctx.Context(), &core.Error{Op: "web.admit", Kind: core.Forbidden, Reason: "Only an admin may do that."}).write(c.Writer)
				return
			}
		}
		asked := withCaller(ctx.Context(), who)
		if may.signed {
			asked = core.WithHand(asked, who.actor.Hand())
		}
		next(huma.WithContext(ctx, asked))
	}
}

// authenticate says who asks: the API key's agent, or without a key the login's. Unauthorized for all else.
func (s *Server) authenticate(r *http.Request) (core.Actor, error) {
	if key, ok := keyOf(r); ok {
		return s.store.ActorByKey(r.Context(), key)
	}
	token := s.cookie.read(r)
	if token == "" {
		return core.Actor{}, &core.Error{Op: "web.authenticate", Kind: core.Unauthorized}
	}
	actor, _, err := s.store.ActorByLogin(r.Context(), token)
	return actor, err
}

// keyOf reads an API key from the request's header.
func keyOf(r *http.Request) (core.Secret, bool) {
	header := r.Header.Get("Authorization")
	if len(header) < len(bearer) || !strings.EqualFold(header[:len(bearer)], bearer) {
		return "", false
	}
	return core.Secret(strings.TrimSpace(header[len(bearer):])), true
}

// clientOf says where a request comes from. No proxy is trusted, so what the header says of that does not count.
func clientOf(r *http.Request) hub.Client {
	agent := strings.ToValidUTF8(r.UserAgent(), "")
	for len(agent) > maxUserAgent {
		_, size := utf8.DecodeLastRuneInString(agent)
		agent = agent[:len(agent)-size]
	}
	return hub.Client{Address: addressOf(r).String(), UserAgent: agent}
}

func addressOf(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr) // a test's may be none
	return at.Addr().Unmap()
}

// cookie is how a login's token is kept by browsers.
type cookie struct {
	name   string
	secure bool
}

// cookieFor picks the cookie that browsers protect best at this address. __Host- needs https; to browsers this machine is
// as good.
func cookieFor(public *url.URL) cookie {
	if public.Scheme == "https" || loopback(public) {
		return cookie{"__Host-parley", true}
	}
	return cookie{"parley", false}
}

func (c cookie) read(r *http.Request) core.Secret {
	got, err := r.Cookie(c.name)
	if err != nil {
		return ""
	}
	return core.Secret(got.Value)
}

// with gives the cookie for a token; "" takes it away.
func (c cookie) with(token core.Secret) http.Cookie {
	age := cookieAge
	if token == "" {
		age = -1
	}
	return http.Cookie{ //nolint:gosec // not Secure only where browsers would not keep it then, and that is warned of
		Name: c.name, Value: token.Reveal(), Path: "/", MaxAge: age,
		Secure: c.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// Credentials are what an agent signs in with.
type Credentials struct {
	Email    string      `json:"email" doc:"the agent's address"`
	Password core.Secret `json:"password" writeOnly:"true"`
}

type loginInput struct{ Body Credentials }

type loginOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

// login begins a login. An unknown address and a wrong password are answered alike, and both count against the address
// and against where they come from; a right one does not.
func (s *Server) login(ctx context.Context, in *loginInput) (*loginOutput, error) {
	email, password := core.FoldEmail(in.Body.Email), in.Body.Password
	if err := core.CheckName("email", email); err != nil {
		return nil, err
	}
	if password == "" {
		return nil, refuse("password", "is empty")
	}
	if len(password) > maxPassword {
		return nil, refuse("password", "is too long")
	}
	c := callerOf(ctx)
	attempt, err := s.limits.try(ctx, email, c.from.Address)
	if err != nil {
		return nil, err
	}
	token, err := s.hub.SignIn(ctx, email, password, c.from)
	if core.KindOf(err) != core.Unauthorized {
		attempt.forgive(ctx) // only wrong guesses count
	}
	if err != nil {
		return nil, err
	}
	actor, _, err := s.store.ActorByLogin(ctx, token)
	if err != nil {
		return nil, err
	}
	me, err := s.meOf(ctx, actor)
	if err != nil {
		return nil, err
	}
	if c.token != "" { // whoever knew the former cookie shall have nothing now
		if err := s.hub.SignOut(ctx, c.token); err != nil {
			return nil, err
		}
	}
	return &loginOutput{SetCookie: s.cookie.with(token), Body: *me}, nil
}

type logoutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

// logout ends the cookie's login, if there is one, and takes the cookie away in any case.
func (s *Server) logout(ctx context.Context, _ *struct{ Body Nothing }) (*logoutOutput, error) {
	if token := callerOf(ctx).token; token != "" {
		if err := s.hub.SignOut(ctx, token); err != nil {
			return nil, err
		}
	}
	return &logoutOutput{SetCookie: s.cookie.with("")}, nil
}
