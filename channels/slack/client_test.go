package slack

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"parley/core"
)

func TestCallsGoToTheAddressThatIsGiven(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	for _, address := range []string{f.URL, strings.TrimSuffix(f.URL, "/")} {
		if _, err := newClient(nil, address, testSecrets).api.AuthTestContext(t.Context()); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestARedirectionIsNotFollowed(t *testing.T) {
	t.Parallel()
	strange := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strange++ }))
	t.Cleanup(elsewhere.Close)
	f := newFake(t)
	f.fail(breakage{method: "auth.test", status: 307, header: http.Header{"Location": {elsewhere.URL}}})
	_, err := newClient(nil, f.URL, testSecrets).api.AuthTestContext(t.Context())
	if core.KindOf(asked("test", err)) != core.Unavailable || strange != 0 {
		t.Errorf("got %v and %d calls elsewhere", err, strange)
	}
}

// TestAResponseURLAnswersWithoutForm holds that calls which are none of the Web API are not taken for such.
func TestAResponseURLAnswersWithoutForm(t *testing.T) {
	t.Parallel()
	for status, ok := range map[int]bool{200: true, 404: false, 500: false} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "text/plain")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "ok")
		}))
		t.Cleanup(s.Close)
		c := newClient(nil, newFake(t).URL, testSecrets)
		_, _, err := c.api.PostMessageContext(t.Context(), "", slack.MsgOptionText("hi", true), slack.MsgOptionResponseURL(s.URL, "ephemeral"))
		if (err == nil) != ok {
			t.Errorf("%d: got %v", status, err)
		}
	}
}

func TestOnlySoManyPostsAreRemembered(t *testing.T) {
	t.Parallel()
	var s sightings
	for i := range maxSeen + 10 {
		s.add(strconv.Itoa(i), core.RemoteID("C/"+strconv.Itoa(i)))
		s.add(strconv.Itoa(i), core.RemoteID("C/"+strconv.Itoa(i))) // Slack says it twice
	}
	if _, ok := s.get("9"); ok || len(s.parts) != maxSeen || len(s.order) != maxSeen {
		t.Errorf("%d are remembered", len(s.parts))
	}
	last := strconv.Itoa(maxSeen + 9)
	if part, ok := s.get(last); !ok || part != core.RemoteID("C/"+last) {
		t.Errorf("got %q, %t", part, ok)
	}
	s.forget(core.RemoteID("C/" + last))
	if _, ok := s.get(last); ok {
		t.Error("what is gone is remembered")
	}
}
