package web

import (
	"net/http"
	"testing"
)

func TestAManifestIsForAdminsS15(t *testing.T) {
	t.Parallel()
	h := open(t)
	const at = "/api/v1/channels/manifest?kind="
	if got := get[Manifest](h, h.ada, at+"slack&name=support-slack&mode=events"); got.Text != "support-slack events" {
		t.Errorf("got %q", got.Text)
	}
	refused(t, h.call(h.ada, "GET", at+"pigeon&name=x", nil), http.StatusUnprocessableEntity, "invalid", "kind")
	if w := h.call(h.sofia, "GET", at+"slack&name=x", nil); w.Code != http.StatusForbidden {
		t.Errorf("who is no admin: got %d, want 403", w.Code)
	}
}
