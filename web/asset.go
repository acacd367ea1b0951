package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"parley/core"
)

// How long browsers keep what they got. A name with a hash never means anything else.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheLoader  = "public, max-age=300, stale-while-revalidate=86400"
	cacheAsk     = "no-cache"
)

// asset is one built file, as it is and compressed.
type asset struct {
	mediaType string
	cache     string
	foreign   bool              // for other sites' pages
	encodings map[string][]byte // "" as it is, "br", "gzip"
	etag      string
}

// mediaTypes are those of our files, so that they do not depend on the machine.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".webmanifest": "application/manifest+json", ".txt": "text/plain; charset=utf-8",
	".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp", ".ico": "image/x-icon", ".woff2": "font/woff2",
	".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".wav": "audio/wav",
}

const (
	indexPath  = "/index.html"
	loaderPath = "/widget.js"
)

// readAssets reads what was built: app under its own paths, the widget's loader as /widget.js, its other files under
// /widget/. Without a build it finds nothing.
func readAssets(pages fs.FS) (map[string]*asset, error) {
	assets := map[string]*asset{}
	err := fs.WalkDir(pages, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		plain, encoding := name, ""
		for ext, e := range map[string]string{".br": "br", ".gz": "gzip"} {
			if rest, ok := strings.CutSuffix(name, ext); ok {
				plain, encoding = rest, e
			}
		}
		at, cache, foreign := placeOfAsset(plain)
		mediaType, known := mediaTypes[path.Ext(plain)]
		if at == "" || !known {
			return nil
		}
		data, err := fs.ReadFile(pages, name)
		if err != nil {
			return err
		}
		if assets[at] == nil {
			assets[at] = &asset{mediaType: mediaType, cache: cache, foreign: foreign, encodings: map[string][]byte{}}
		}
		assets[at].encodings[encoding] = data
		if encoding == "" {
			hash := sha256.Sum256(data)
			assets[at].etag = base64.RawURLEncoding.EncodeToString(hash[:12])
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return assets, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	return assets, nil
}

// placeOfAsset says where a built file is served, "" if it is not.
func placeOfAsset(name string) (at, cache string, foreign bool) {
	if rest, ok := strings.CutPrefix(name, "app/"); ok {
		if strings.HasPrefix(rest, "assets/") {
			return "/" + rest, cacheForever, false
		}
		return "/" + rest, cacheAsk, false
	}
	switch rest, ok := strings.CutPrefix(name, "w/"); {
	case !ok:
		return "", "", false
	case rest == "loader.js":
		return loaderPath, cacheLoader, true
	default:
		return "/widget/" + rest, cacheForever, true
	}
}

// shell matches the addresses of the workspace, those of web/src/workspace/page/router.tsx: one page shows them all.
var shell = regexp.MustCompile(`^/((login|settings/(channels|records|rules|systems|hooks)|records(/[^/]+)?|sessions/[^/]+|inbox(/[^/]+/[^/]+(/[^/]+)?)?)/?)?$`)

// page gives what a path shows, of those that no route answers; false where there is nothing. Without a build it is nil.
func (s *Server) page(at string) (*asset, bool) {
	switch a := s.assets[at]; {
	case a != nil:
		return a, true
	case shell.MatchString(at):
		return s.assets[indexPath], true
	}
	return nil, at == loaderPath
}

// pages answers what no route does: files of the pages, and the workspace itself.
func (s *Server) pages(w http.ResponseWriter, r *http.Request) {
	a, there := s.page(r.URL.Path)
	switch {
	case !there:
		problem(string(core.NotFound)).write(w)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		problem(codeMethod).write(w)
	case a == nil || a.encodings[""] == nil:
		notBuilt(w)
	default:
		a.serve(w, r)
	}
}

// notBuilt is for the person in front of a program without pages.
func notBuilt(w http.ResponseWriter) {
	p := problem(codeNotBuilt)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(p.Status)
	_, _ = io.WriteString(w, p.Detail+"\n") // nobody is left to be told
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	encoding := a.encoding(r.Header.Get("Accept-Encoding"))
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", a.cache)
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", `"`+a.etag+encoding+`"`)
	if a.foreign {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	} else {
		h.Set("Content-Security-Policy", pageCSP)
	}
	data := a.encodings[encoding]
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
		if r.Header.Get("Range") == "" {
			h.Set("Content-Length", strconv.Itoa(len(data)))
		}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}

// encoding picks the smallest form that the client takes.
func (a *asset) encoding(accepted string) string {
	takes := map[string]bool{}
	for part := range strings.SplitSeq(accepted, ",") {
		name, params, _ := strings.Cut(part, ";")
		weight, weighted := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		takes[strings.ToLower(strings.TrimSpace(name))] = !weighted || err == nil && q > 0
	}
	for _, e := range []string{"br", "gzip"} {
		if takes[e] && a.encodings[e] != nil {
			return e
		}
	}
	return ""
}
