package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"parley/channels/channeltest"
)

// next takes the next fault that was ordered for a file.
func next(all map[string][]*ordered, file string) channeltest.Fault {
	if len(all[file]) == 0 {
		return channeltest.Fault{}
	}
	first := all[file][0]
	if first.times--; first.times == 0 {
		all[file] = all[file][1:]
	}
	return first.Fault
}

// offer keeps a file that a customer sends, and gives how the app is told of it. The locks are held.
func (d *driver) offer(u channeltest.Upload) map[string]any {
	id := fmt.Sprint("FC", len(d.offered)+1)
	d.offered[id] = u
	object := map[string]any{
		"id": id, "name": u.Name, "mimetype": u.Type, "size": u.Size, "mode": "hosted",
		"url_private_download": d.home() + "/files-pri/T1-" + id + "/download/a?CANARY",
	}
	d.files[id] = &held{object: object, whole: true}
	return object
}

// give gives a file's bytes to whoever knows its address and the token.
func (d *driver) give(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	d.hand.Lock()
	u, there := d.offered[strings.TrimPrefix(strings.Split(r.URL.Path, "/")[2], "T1-")]
	fault, down, token := next(d.spoils, u.Name), d.down, d.bot.Reveal()
	d.hand.Unlock()
	d.mu.Unlock()
	answer := httptest.NewRecorder()
	switch {
	case down, fault.Kind == channeltest.Drop:
		return nil, errors.New("connect: connection refused")
	case !there, fault.Kind == channeltest.Expired:
		answer.WriteHeader(http.StatusNotFound)
	case r.Header.Get("Authorization") != "Bearer "+token:
		answer.Header().Set("Location", d.home()+"/?redir=%2Ffiles-pri")
		answer.WriteHeader(http.StatusFound)
	case fault.Kind == channeltest.Page:
		answer.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(answer, "<html>"+token+"</html>")
	case fault.Kind != "":
		answer = spoilt(fault)
	default:
		answer.Header().Set("Content-Type", u.Type)
		response := answer.Result()
		response.Request, response.ContentLength, response.Body = r, -1, io.NopCloser(u.Open(r.Context()))
		return response, nil
	}
	response := answer.Result()
	response.Request = r
	return response, nil
}

// uploaded gives the name of the file that a call shows, "" for other calls.
func (d *driver) uploaded(method string, form url.Values) string {
	var files []struct{ Title string }
	if method != "files.completeUploadExternal" || json.Unmarshal([]byte(form.Get("files")), &files) != nil || len(files) != 1 {
		return ""
	}
	return files[0].Title
}

// last gives the newest message of a room as the answer to a post would.
func (d *driver) last(room string) []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := len(d.said) - 1; i >= 0; i-- {
		if m := d.said[i]; m["channel"] == room {
			b, err := json.Marshal(map[string]any{"ts": m["ts"], "message": m})
			if err != nil {
				panic(err)
			}
			return b
		}
	}
	return nil
}

// seeFile shows a message's file. The lock is held.
func (d *driver) seeFile(m map[string]any, s *channeltest.Shown) {
	all, _ := m["files"].([]any)
	for _, f := range all {
		id, _ := f.(map[string]any)["id"].(string)
		if h := d.files[id]; h != nil {
			s.File, _ = h.object["title"].(string)
			s.Bytes = h.bytes
		}
	}
}
