package web

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"

	"github.com/gin-gonic/gin"

	"parley/core"
	"parley/core/feed"
	"parley/core/file"
	"parley/core/hook"
	"parley/core/hub"
	"parley/core/presence"
	"parley/core/rule"
	"parley/core/search"
	"parley/core/socket"
	"parley/core/store"
)

// Config is what a Server needs, all of it.
type Config struct {
	Hub       *hub.Hub
	Store     *store.Store
	Feed      *feed.Feed
	Files     *file.Store
	Sockets   *socket.Group      // closed by its owner when the program stops
	Presence  *presence.Presence // is told who has a stream open
	Search    *search.Search
	Hooks     *hook.Hooks
	Bindings  Bindings
	Rules     *rule.Rules
	Can       func(core.ChannelID) (core.Capabilities, bool)                 // what a channel can do
	Check     func(context.Context, core.ChannelID) (answer string, _ error) // asks a channel's network whether all is well
	Manifest  func(kind, name, mode string) (text string, _ error)           // what a network asks for before a channel is added
	Add       func(context.Context, Adding) (_ core.Channel, embed string, _ error)
	Rekey     func(context.Context, core.ChannelID, map[string]core.Secret) (core.Channel, error) // gives a channel other keys
	Metrics   http.Handler                                                                        // answers a scrape
	Clock     core.Clock
	Log       *slog.Logger
	PublicURL string // as people's browsers see it: http or https, without a path
	Version   string // of the API's description; see OpenAPI
	Pages     fs.FS  // what Pages gives, but for tests
}

// Server is the whole web side as one handler. Run must run beside it.
type Server struct {
	hub       *hub.Hub
	store     *store.Store
	feed      *feed.Feed
	files     *file.Store
	sockets   *socket.Group
	presence  *presence.Presence
	finder    *search.Search
	hooks     *hook.Hooks
	bound     Bindings
	rules     *rule.Rules
	can       func(core.ChannelID) (core.Capabilities, bool)
	check     func(context.Context, core.ChannelID) (string, error)
	manifest  func(kind, name, mode string) (string, error)
	add       func(context.Context, Adding) (core.Channel, string, error)
	rekey     func(context.Context, core.ChannelID, map[string]core.Secret) (core.Channel, error)
	metrics   http.Handler
	clock     core.Clock
	log       *slog.Logger
	origin    string // of the public URL
	cookie    cookie
	limits    *limits
	cross     *http.CrossOriginProtection
	assets    map[string]*asset
	names     *names
	stream    *stream
	spec      []byte
	secure    bool // the public URL is https
	handler   http.Handler
	publicURL *url.URL
}

// New builds the server. It refuses a public URL that is none, and a route whose right is not known.
func New(c Config) (*Server, error) {
	public, origin, err := parsePublicURL(c.PublicURL)
	if err != nil {
		return nil, err
	}
	s := &Server{
		hub: c.Hub, store: c.Store, feed: c.Feed, files: c.Files, sockets: c.Sockets, presence: c.Presence, finder: c.Search,
		hooks: c.Hooks, rules: c.Rules, bound: c.Bindings, can: c.Can, check: c.Check,
		manifest: c.Manifest, add: c.Add, rekey: c.Rekey, metrics: c.Metrics,
		clock: c.Clock, log: c.Log.With("room", "web"),
		origin: origin, publicURL: public, secure: public.Scheme == "https",
	}
	s.cookie = cookieFor(public)
	if !s.cookie.secure {
		s.log.Warn("logins are not protected: the public URL is plain http and not this machine; use https", "public_url", origin)
	}
	if s.limits, err = newLimits(); err != nil {
		return nil, err
	}
	s.cross = http.NewCrossOriginProtection()
	if err := s.cross.AddTrustedOrigin(origin); err != nil {
		return nil, fmt.Errorf("trust the public URL: %w", err)
	}
	if s.assets, err = readAssets(c.Pages); err != nil {
		return nil, err
	}
	s.names = &names{store: s.store}
	s.stream = newStream(s)
	engine, err := s.engine(c.Version)
	if err != nil {
		return nil, err
	}
	s.handler = s.headers(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == streamPath && r.Method == http.MethodGet { // gin keeps hands off what becomes a socket
			r.Pattern = streamPath
			s.events(w, r)
			return
		}
		engine.ServeHTTP(w, r)
	}))
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Run does what all open streams need until ctx ends; then it returns nil.
func (s *Server) Run(ctx context.Context) error { return s.stream.run(ctx) }

func init() { gin.SetMode(gin.ReleaseMode) } // else it prints every route

// engine puts the routes and what surrounds them together.
func (s *Server) engine(version string) (*gin.Engine, error) {
	e := gin.New()
	e.RedirectTrailingSlash = false
	e.HandleMethodNotAllowed = true
	if err := e.SetTrustedProxies(nil); err != nil {
		return nil, fmt.Errorf("trust no proxy: %w", err)
	}
	e.Use(s.observe, s.sameSite)
	e.NoMethod(func(c *gin.Context) { problem(codeMethod).write(c.Writer) })
	e.NoRoute(func(c *gin.Context) {
		c.Status(http.StatusOK) // gin has put 404 there
		s.pages(c.Writer, c.Request)
	})
	spec, err := register(e, s, version)
	s.spec = spec
	return e, err
}

func parsePublicURL(text string) (*url.URL, string, error) {
	refused := &core.Error{Op: "web.New", Kind: core.Invalid, Field: "public_url", Reason: "must be like https://chat.example.com, without a path"}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return nil, "", refused
	}
	origin, ok := socket.ParseOrigin(u.Scheme + "://" + u.Host)
	if !ok {
		return nil, "", refused
	}
	return u, origin, nil
}

// loopback tells whether a URL's host is this machine, whatever its port.
func loopback(u *url.URL) bool {
	if u.Hostname() == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(u.Hostname())
	return err == nil && a.IsLoopback()
}
