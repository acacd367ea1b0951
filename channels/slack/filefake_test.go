package slack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"parley/core"
)

// held is a file that Slack has: https://docs.slack.dev/reference/objects/file-object
type held struct {
	object map[string]any
	bytes  []byte
	whole  bool // its bytes have come
	kind   string
	moved  string // where a download is sent on to, "" for nowhere
}

// hold puts a file of a person's into Slack.
func (f *fake) hold(id, name, mediaType, content string) *held {
	f.mu.Lock()
	defer f.mu.Unlock()
	h := &held{whole: true, bytes: []byte(content), kind: mediaType, object: map[string]any{
		"id": id, "name": name, "title": name, "mimetype": mediaType, "mode": "hosted", "size": len(content), "user": "UANNA",
		"url_private":          f.home() + "/files-pri/T1-" + id + "/" + name,
		"url_private_download": f.home() + "/files-pri/T1-" + id + "/download/" + name,
	}}
	f.files[id] = h
	return h
}

// home is where the fake is: what has no server of its own is reached by another way.
func (f *fake) home() string {
	if f.server == nil {
		return "https://slack.test"
	}
	return f.server.URL
}

// carry takes and gives bytes, at addresses that are not the API's.
func (f *fake) carry(w http.ResponseWriter, r *http.Request, c called, body []byte) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	c.Method = map[string]string{"files-pri": "download", "upload": "upload"}[parts[0]]
	f.mu.Lock()
	f.calls = append(f.calls, c)
	broken, isBroken := f.broken(c.Method)
	var h *held
	if len(parts) > 1 {
		h = f.files[strings.TrimPrefix(parts[len(parts)-1], "T1-")]
		if c.Method == "download" {
			h = f.files[strings.TrimPrefix(parts[1], "T1-")]
		}
	}
	if h != nil && c.Method == "upload" && (!isBroken || broken.after) && fmt.Sprint(h.object["size"]) == strconv.Itoa(len(body)) {
		h.bytes, h.whole = body, true
	}
	f.mu.Unlock()
	switch {
	case isBroken:
		broken.answer(w)
	case h == nil:
		w.WriteHeader(http.StatusNotFound)
	case c.Method == "upload" && !h.whole:
		w.WriteHeader(http.StatusBadRequest)
	case c.Method == "upload":
		_, _ = fmt.Fprintf(w, "OK - %d", len(body))
	case h.moved != "":
		http.Redirect(w, r, h.moved, http.StatusFound)
	case c.Token != testBot.Reveal(): // where people sign in
		http.Redirect(w, r, f.home()+"/?redir="+r.URL.Path, http.StatusFound)
	default:
		w.Header().Set("Content-Type", h.kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(h.bytes)))
		_, _ = w.Write(h.bytes)
	}
}

// file answers what is asked about files.
func (f *fake) file(c called) map[string]any {
	h := f.files[c.Form.Get("file")]
	switch c.Method {
	case "files.info":
		if h == nil {
			return no("file_not_found")
		}
		h.object["initial_comment"] = "a text, where others write an object"
		return map[string]any{"ok": true, "file": h.object, "comments": []any{}, "paging": map[string]any{"count": 1, "page": 1, "pages": 0, "total": 0}}
	case "files.delete":
		if h == nil {
			return no("file_deleted")
		}
		delete(f.files, c.Form.Get("file"))
		for _, m := range f.said {
			if all, ok := m["files"].([]any); ok && len(all) > 0 && all[0].(map[string]any)["id"] == c.Form.Get("file") {
				m["files"] = []any{map[string]any{"id": c.Form.Get("file"), "mode": "tombstone"}}
			}
		}
		return map[string]any{"ok": true}
	case "files.getUploadURLExternal":
		length, err := strconv.Atoi(c.Form.Get("length"))
		if err != nil || length == 0 || c.Form.Get("filename") == "" {
			return no("invalid_arguments")
		}
		id := fmt.Sprintf("FUP%d", len(f.files)+1)
		f.files[id] = &held{object: map[string]any{"id": id, "name": c.Form.Get("filename"), "mode": "hosted", "size": length, "user": "UBOT"}}
		return map[string]any{"ok": true, "upload_url": f.home() + "/upload/v1/" + id, "file_id": id}
	}
	return f.complete(c)
}

// complete shows a file whose bytes have come. In which message that is, the answer does not say.
func (f *fake) complete(c called) map[string]any {
	var named []struct{ ID, Title string }
	if json.Unmarshal([]byte(c.Form.Get("files")), &named) != nil || len(named) != 1 {
		return no("invalid_arguments")
	}
	h := f.files[named[0].ID]
	if h == nil || !h.whole {
		return no("file_not_found")
	}
	room := c.Form.Get("channel_id")
	h.object["title"] = named[0].Title
	ts := f.keep(map[string]any{
		"type": "message", "subtype": "file_share", "upload": true, "channel": room, "thread_ts": c.Form.Get("thread_ts"), "user": "UBOT", "bot_id": "BBOT",
		"text": "", "files": []any{h.object},
	})
	h.object["shares"] = map[string]any{"public": map[string]any{room: []any{map[string]any{"ts": ts, "thread_ts": c.Form.Get("thread_ts")}}}}
	return map[string]any{"ok": true, "files": []any{map[string]any{"id": named[0].ID, "title": named[0].Title}}}
}

// files writes media as the tests compare them.
func files(all []core.Media) string {
	var b strings.Builder
	for _, m := range all {
		fmt.Fprintf(&b, "[%s %s %s]", m.Kind, m.Name, m.Remote)
	}
	return b.String()
}
