package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
)

//go:embed demo
var demoPages embed.FS

const (
	demoPassword = "parley-demo" //nolint:gosec // told to everybody who looks; see demoCommand
	demoCSP      = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
		"media-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

type demoCommand struct{}

// Help is what parley demo --help says besides the command's one line.
func (demoCommand) Help() string {
	return "What happens in it is kept in the folder demo of the data folder, ./data/demo unless said otherwise. Remove that folder to begin anew."
}

// Run serves a demo. Everybody knows its passwords, so nobody but this machine may reach it.
func (demoCommand) Run(p *program) error {
	c, err := p.configIn("demo")
	if err != nil {
		return err
	}
	host, _, _ := net.SplitHostPort(c.addr) // checked
	if !isLoopback(host) {
		return &badInput{c.from["addr"], "the demo serves this machine only, on a loopback address like 127.0.0.1:8080"}
	}
	if u, err := url.Parse(c.publicURL); c.publicURL != "" && (err != nil || !isLoopback(u.Hostname())) {
		return &badInput{c.from["public_url"], "the demo serves this machine only, on a loopback address like http://127.0.0.1:8080"}
	}
	return p.serve(c, func(publicURL string, port string) extras {
		origins := []string{publicURL, "http://127.0.0.1:" + port, "http://localhost:" + port, "http://[::1]:" + port}
		return extras{
			pages:    map[string]http.Handler{"/demo/": demoShop()},
			origins:  origins,
			prepare:  func(ctx context.Context, n *node) error { return fillDemo(ctx, n, origins) },
			announce: func() { p.announceDemo(c, publicURL) },
		}
	})
}

// demoShop is the page of a shop with the widget on it.
func demoShop() http.Handler {
	pages, err := fs.Sub(demoPages, "demo")
	if err != nil { // only for names that are no paths
		panic(err)
	}
	files := http.StripPrefix("/demo", http.FileServerFS(pages))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "this page is only read", http.StatusMethodNotAllowed)
			return
		}
		h.Set("Content-Security-Policy", demoCSP)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		files.ServeHTTP(w, r)
	})
}

func (p *program) announceDemo(c config, publicURL string) {
	fmt.Fprintf(p.stdout, `
This is Parley's demo. Only this machine can reach it; what happens in it is kept in %s.

  Workspace   %s/
  Demo shop   %s/demo/

  Sign in as  anna@example.test    operator of Support and Sales
              boris@example.test   operator of Support
              sofia@example.test   supervisor of both, admin
  Password    %s

`, c.dataDir, publicURL, publicURL, demoPassword)
}
