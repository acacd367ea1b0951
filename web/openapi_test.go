package web

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// operation is what the description says of one route.
type operation struct {
	method, path        string
	parameters, members []string
	signed              bool
}

// described reads the description as a stranger would.
func described(t *testing.T) []operation {
	t.Helper()
	text, err := OpenAPI("1")
	check(t, err)
	var spec struct {
		Paths map[string]map[string]struct {
			Security    []any
			Parameters  []struct{ Name, In string }
			RequestBody struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	check(t, json.Unmarshal(text, &spec))
	var all []operation
	for path, methods := range spec.Paths {
		for method, o := range methods {
			found := operation{method: strings.ToUpper(method), path: path, signed: len(o.Security) > 0}
			for _, p := range o.Parameters {
				if p.In == "query" {
					found.parameters = append(found.parameters, p.Name)
				}
			}
			name := strings.TrimPrefix(o.RequestBody.Content["application/json"].Schema.Ref, "#/components/schemas/")
			for member := range spec.Components.Schemas[name].Properties {
				found.members = append(found.members, member)
			}
			all = append(all, found)
		}
	}
	return all
}

func TestTheDescriptionIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	first, err := OpenAPI("1")
	check(t, err)
	for range 5 {
		again, err := OpenAPI("1")
		check(t, err)
		if !bytes.Equal(first, again) {
			t.Fatal("description: got another one, want the same bytes")
		}
	}
	for _, word := range []string{`"$schema"`, "unpkg.com", `"3.0`} {
		if bytes.Contains(first, []byte(word)) {
			t.Errorf("description has %s", word)
		}
	}
	for _, word := range []string{`"openapi": "3.1.0"`, `"HelloFrame"`, `"SummariesFrame"`, `"GoneSession"`, `"application/problem+json"`, `"201"`} {
		if !bytes.Contains(first, []byte(word)) {
			t.Errorf("description lacks %s", word)
		}
	}
}

func TestTheServerGivesItsDescription(t *testing.T) {
	t.Parallel()
	h := open(t)
	w := h.call(nil, "GET", "/api/v1/openapi.json", nil)
	want, err := OpenAPI("1")
	check(t, err)
	var got bytes.Buffer
	check(t, json.Indent(&got, w.Body.Bytes(), "", "  "))
	if got.WriteByte('\n'); !bytes.Equal(got.Bytes(), want) {
		t.Errorf("description served: got %d bytes, want the %d that OpenAPI gives", got.Len(), len(want))
	}
}

func TestEveryRouteOfTheAPIIsDescribed(t *testing.T) {
	t.Parallel()
	all := described(t)
	for _, r := range (&Server{}).routes() {
		if !strings.HasPrefix(r.path, "/api/v1/") || strings.HasSuffix(r.path, ".json") {
			continue
		}
		i := slices.IndexFunc(all, func(o operation) bool { return o.method == r.method && o.path == r.path })
		if i < 0 {
			t.Errorf("%s %s is not described", r.method, r.path)
		} else if all[i].signed != r.right.signed {
			t.Errorf("%s %s described as signed: got %v, want %v", r.method, r.path, all[i].signed, r.right.signed)
		}
	}
}

func TestARouteWithoutARightDoesNotStart(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		right right
		want  string
	}{
		"no right at all":           {right{}, "has no right"},
		"open and signed at once":   {right{open: true, signed: true}, "has no right"},
		"a deed that has no row":    {deed("fly"), `no row of rights for the deed "fly"`},
		"one of two has no row":     {deed("say", "fly"), `no row of rights for the deed "fly"`},
		"public":                    {public, ""},
		"any agent":                 {signedIn, ""},
		"a deed in table of rights": {deed("take"), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := mount([]route{{"POST", "/x", tt.right, "", func(*Server, route, *gin.Engine, huma.API) {}}}, gin.New(), &Server{}, nil)
			if tt.want == "" && err == nil {
				return
			}
			if tt.want == "" || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error: got %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestARouteDoesNoOtherDeed(t *testing.T) {
	t.Parallel()
	h := open(t)
	id := h.said(h.support, "customer", "hello")
	ctx := withCaller(t.Context(), caller{actor: h.anna.Actor, may: deed("take")})
	if _, err := h.server.end(ctx, &versionedDeed{Deed: Deed{OnSession: OnSession{ID: id.String()}}}); problemOf(err).Code != codeInternal {
		t.Errorf("a route for take ends: got %v, want an error of ours", err)
	}
	if s, err := h.store.Session(t.Context(), h.anna.Scope(), id); err != nil || !s.Open() {
		t.Errorf("session: got %v %v, want it open", s.State, err)
	}
}
