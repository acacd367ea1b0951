package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/core"
)

// A search by HTTP shows what was found, where in its text, and to nobody what they may not see.
func TestSearchC15(t *testing.T) {
	t.Parallel()
	h := open(t)
	mine := h.said(h.support, "Zoë Straße", "Where is my <b>lamp</b>, bitte?")
	h.said(h.sales, "Max", "a lamp of others")
	h.do(h.anna, core.Note{Session: mine, Text: "the lamp is late"})
	h.index()
	number := h.named(h.anna, "/api/v1/sessions?q=zoe").Items[0].Number

	for query, want := range map[string][]string{ // texts with what is marked in brackets
		"in=messages&q=LAM":                          {"the [lamp] is late", "Where is my <b>[lamp]</b>, bitte?"},
		"in=messages&q=lamp&order=oldest":            {"Where is my <b>[lamp]</b>, bitte?", "the [lamp] is late"},
		"in=session&q=late&session=" + mine.String(): {"the lamp is [late]"},
		"q=strasse":                           {"Zoë [Straße]\n#1"},
		"q=%231&state=open":                   {"Zoë Straße\n#[1]"},
		"q=%25_%22*":                          {},
		"q=zoe&state=ended":                   {},
		"q=zoe&to=2020-01-01T00:00:00Z":       {},
		"q=zoe&tag=vip":                       {},
		"department=" + h.support.ID.String(): {"Zoë Straße\n#1"},
		"in=messages&q=lamp&limit=1":          {"the [lamp] is late"},
	} {
		page := answer[FoundPage](t, h.call(h.anna, "GET", "/api/v1/search?"+query, nil), http.StatusOK)
		got := []string{}
		for _, f := range page.Items {
			got = append(got, bracketed(f.Snippet))
			if (f.Message != nil) != strings.HasPrefix(query, "in=") || f.Session.ID != mine.String() {
				t.Errorf("%s: got %+v", query, f)
			}
		}
		if strings.Join(got, "|") != strings.Join(want, "|") || (page.Next != "") != strings.HasSuffix(query, "limit=1") {
			t.Errorf("%s: got %q and next %q, want %q", query, got, page.Next, want)
		}
	}
	if number != 1 || len(h.named(h.eve, "/api/v1/sessions?q=zoe").Items) != 0 || len(h.named(h.anna, "/api/v1/sessions?q=max").Items) != 0 {
		t.Errorf("sessions by name: number %d", number)
	}
	for query, field := range map[string]string{
		"in=messages": "q", "in=messages&q=" + url.QueryEscape(strings.Repeat("x", 257)): "q", "in=session&q=x": "session", "q=x&session=" + mine.String(): "session", "in=all": "in",
		"after=x": "after", "state=gone": "state", "channel=1": "channel", "from=yesterday": "from", "limit=101": "limit", "order=best": "order",
	} {
		refused(t, h.call(h.anna, "GET", "/api/v1/search?"+query, nil), http.StatusUnprocessableEntity, "invalid", field)
	}
	refused(t, h.call(h.anna, "GET", "/api/v1/sessions?q=x&participant=me", nil), http.StatusUnprocessableEntity, "invalid", "q")
	refused(t, h.call(h.eve, "GET", "/api/v1/search?in=session&q=x&session="+mine.String(), nil), http.StatusNotFound, "not_found", "")
	refused(t, h.call(h.eve, "GET", "/api/v1/search?department="+h.support.ID.String(), nil), http.StatusNotFound, "not_found", "")
}

// index lets the search have all that was said.
func (h *house) index() {
	h.t.Helper()
	for more := true; more; {
		var err error
		more, err = h.search.Step(context.Background())
		check(h.t, err)
	}
}

func (h *house) named(who *person, path string) Page[Session] {
	h.t.Helper()
	return answer[Page[Session]](h.t, h.call(who, "GET", path, nil), http.StatusOK)
}

// bracketed gives a snippet with its marks as a reader of the API finds them.
func bracketed(s Snippet) string {
	runes, out, at := []rune(s.Text), "", 0
	for _, m := range s.Marks {
		out += string(runes[at:m.Offset]) + "[" + string(runes[m.Offset:m.Offset+m.Length]) + "]"
		at = m.Offset + m.Length
	}
	return out + string(runes[at:])
}
