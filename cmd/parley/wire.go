package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"parley/channels"
	"parley/channels/widget"
	"parley/core"
	"parley/core/feed"
	"parley/core/file"
	"parley/core/hook"
	"parley/core/hub"
	"parley/core/meter"
	"parley/core/outbox"
	"parley/core/presence"
	"parley/core/rule"
	"parley/core/search"
	"parley/core/socket"
	"parley/core/store"
	"parley/crm"
	"parley/web"
)

// Limits of a request, and of a connection that asks nothing. A socket that has begun is no request any more.
const (
	headerTime = 5 * time.Second
	readTime   = 30 * time.Second
	writeTime  = 60 * time.Second
	idleTime   = 120 * time.Second
	maxHeader  = 32 << 10 // bytes
)

// apiVersion is the description's: the API's own, not the program's.
const apiVersion = "1"

// node is one running Parley: every part, and what holds them together.
type node struct {
	config    config
	name      string // among the processes that share the database
	publicURL string
	log       *slog.Logger
	listener  net.Listener

	store    *store.Store
	files    *file.Store
	writer   *store.Writer
	feed     *feed.Feed
	bell     feed.Bell
	hub      *hub.Hub
	outbox   *outbox.Outbox
	records  *outbox.Records
	bindings *crm.Bindings
	presence *presence.Presence
	search   *search.Search
	hooks    *hook.Hooks
	rules    *rule.Rules
	channels *channels.Supervisor
	sockets  *socket.Group
	watch    *watch
	queue    *queue
	meter    *meter.Meter
	web      *web.Server
	gate     *gate
	doorstep doorstep
	server   *http.Server

	extras
}

// extras are what a node does besides serving.
type extras struct {
	pages    map[string]http.Handler            // mounted beside our own
	origins  []string                           // of sites that may show every widget
	prepare  func(context.Context, *node) error // once the database is there, before anybody is let in
	announce func()                             // when it serves
}

// wire puts the parts together. Nothing runs yet, and nothing has asked the database anything.
func wire(c config, s *store.Store, files *file.Store, l net.Listener, log *slog.Logger, x extras) (*node, error) {
	n := &node{config: c, name: holder(), publicURL: c.public(l.Addr()), log: log, listener: l, store: s, files: files, extras: x}

	// What is written is shown: the writer tells the feed, and who follows the feed is told by it. Other nodes are told by the bell.
	n.feed = feed.New(s, core.NewCursorSeal(c.key), feed.WithLogger(log.With("room", "feed")), feed.WithPoll(lookTime))
	n.meter = newMeter(n)
	n.writer = store.NewWriter(s, func(c core.Committed) {
		n.feed.Publish(c)
		p := feed.PealOf(c)
		n.act(p)
		n.bell.Ring(p)
		n.meter.Committed(c)
		n.search.Ring()
		n.hooks.Ring()
		n.rules.Ring()
		n.records.Heard(c)
	}, store.WithMeter(n.meter), store.WithAudit(core.NewAuditSeal(c.key)))
	if err := n.hang(); err != nil {
		return nil, err
	}
	n.outbox = outbox.New(outbox.Config{Store: s, Writer: n.writer, Files: files, Clock: core.SystemClock, Log: log})

	n.bindings = crm.NewBindings(providers, n.config.guard, n.config.key, core.SystemClock)

	// The hub is the one that hands work to the writer.
	var err error
	n.watch = &watch{store: s, log: log.With("room", "watch"), bell: make(chan struct{}, 1)}
	n.hub, err = hub.New(hub.Config{
		Writer: n.writer, Store: s, Files: files, Hints: n.hint, Swept: n.meter.Swept, Can: n.watch.can, Providers: n.provider, IDs: &core.IDMaker{}, Clock: core.SystemClock, Log: log,
	})
	if err != nil {
		return nil, fmt.Errorf("make the hub: %w", err)
	}
	n.watch.openings = n.hub.Openings

	// Records go to the systems where they live.
	n.records = outbox.NewRecords(outbox.RecordsConfig{
		Store: s, Writer: n.writer, Open: n.provider, Back: n.sessionURL, Match: n.hub.AccountByRule, Holder: n.name, Clock: core.SystemClock, Log: log,
	})

	// A channel runs on one node at a time: it receives into the hub, and what is owed to it leaves by the outbox.
	o := opener{config: &n.config, publicURL: n.publicURL, inbox: n.hub, desk: n.hub.Desk, log: log}
	n.channels = channels.NewSupervisor(channels.Config{
		Leases: s, Health: s.PutHealth, Open: o.open, Holder: n.name, Clock: core.SystemClock, Log: log.With("room", "channels"),
		Send: func(ctx context.Context, c channels.Charge) error { return n.outbox.Run(ctx, outbox.Post(c)) },
	})

	// Agents are where they have the workspace open, and where they are linked.
	n.presence = presence.New(presence.Config{
		Store: s, Node: n.name, Healthy: n.channels.Healthy, Moved: n.moved,
		Ring: func() { n.bell.Ring(feed.Peal{Presence: true}) }, Log: log.With("room", "presence"),
	})

	// What was said is found: one node follows the log and keeps the index, all look into it.
	n.search = search.New(search.Config{Store: s, Holder: n.name, Clock: core.SystemClock, Log: log.With("room", "search")})

	// What happens is told to whom an admin has subscribed it: one node calls them all.
	n.hooks = hook.New(hook.Config{
		Store: s, Writer: n.writer, Holder: n.name, Guard: n.config.guard, Key: n.config.key, Tell: web.HookBody, Chance: mathrand.Float64, Clock: core.SystemClock,
		Log: log.With("room", "hook"),
	})

	// What an admin has set rules for is created by itself: one node follows the log for them.
	n.rules = rule.New(rule.Config{
		Store: s, Writer: n.writer, Holder: n.name, Create: n.hub.RecordByRule, Clock: core.SystemClock, Log: log.With("room", "rule"),
	})

	// Customers come in by channels, agents by the web.
	n.sockets = socket.NewGroup(log.With("room", "socket"))
	n.watch.adapters = newAdapters(n)
	n.web, err = web.New(web.Config{
		Hub: n.hub, Store: s, Feed: n.feed, Files: files, Sockets: n.sockets, Presence: n.presence, Search: n.search, Hooks: n.hooks, Rules: n.rules, Bindings: n.bindings, Can: n.watch.can, Check: n.channels.Check,
		Manifest: func(kind, name, mode string) (string, error) { return manifest(kind, name, mode, n.publicURL) }, Add: n.addFor, Rekey: n.rekeyFor, Metrics: n.meter, Clock: core.SystemClock, Log: log,
		PublicURL: n.publicURL, Version: apiVersion, Pages: web.Pages(),
	})
	if err != nil {
		return nil, fmt.Errorf("make the web: %w", err)
	}

	// Channels' handlers stand before the web and its cookies.
	mux := http.NewServeMux()
	for _, a := range n.watch.adapters {
		for _, path := range a.paths {
			mux.Handle(path, a.handler)
		}
	}
	for path, handler := range x.pages {
		mux.Handle(path, handler)
	}
	mux.Handle("/", n.web)
	n.gate = &gate{next: mux}
	n.server = &http.Server{
		Handler: n.meter.Requests(n.gate), ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader, ConnState: n.doorstep.note, ErrorLog: slog.NewLogLogger(log.With("room", "http").Handler(), slog.LevelDebug),
	}
	for _, a := range n.watch.adapters {
		if a.stop != nil {
			n.server.RegisterOnShutdown(a.stop)
		}
	}
	return n, nil
}

// hang gives the node its bell. Without Redis there are no others to tell.
func (n *node) hang() error {
	if n.config.redisURL == "" {
		n.bell = (&feed.Tower{}).Hang(n.hear)
		return nil
	}
	bell, err := feed.NewRedis(n.config.redisURL, n.config.key, n.hear, n.log.With("room", "feed"))
	n.bell = bell
	return err
}

// hear does what another node's news ask for.
func (n *node) hear(p feed.Peal) {
	n.feed.Hear(p)
	n.search.Ring()
	n.hooks.Ring()
	n.rules.Ring()
	n.act(p)
	if p.All {
		n.outbox.RingAll()
	}
	if p.Presence || p.All {
		n.presence.Look()
	}
}

// act does what news ask for on whichever node they come about.
func (n *node) act(p feed.Peal) {
	n.outbox.Ring(p.Owed)
	if p.Settings || p.All {
		n.watch.ring()
	}
}

// moved does what agents' coming and going asks for: what waits is given to them, and colleagues and customers see it.
func (n *node) moved(agents []core.AgentID) {
	n.hub.Moved(agents)
	n.web.Moved(agents)
	n.watch.ring()
}

// hint shows that somebody writes: to those who follow, on every node, and to the customer's network.
func (n *node) hint(h core.Hint) {
	n.feed.Hint(h)
	n.channels.Typing(h)
	n.bell.Ring(feed.Peal{Hints: []core.Hint{h}})
}

// holder names this process among those that share a database.
func holder() string {
	name, err := os.Hostname()
	if err != nil {
		name = "unknown host"
	}
	return fmt.Sprintf("%s/%d/%s", name, os.Getpid(), rand.Text()[:8])
}

// needsDatabase tells whether nothing useful can be answered without the database. The pages can be.
func needsDatabase(path string) bool {
	return path == "/readyz" || strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/widget/v1/") ||
		path == widget.FramePath || strings.HasPrefix(path, "/hooks/")
}
