package telegram

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"parley/channels/channeltest"
)

// sent is a file as it comes in a form.
type sent struct {
	field, name string
	bytes       []byte
}

// peek reads what is asked for of all but the last byte, which is end.
func peek(mediaType string, head []byte) (want wanted, end string, err error) {
	kind, params, _ := mime.ParseMediaType(mediaType)
	if kind != "multipart/form-data" {
		return want, "}", json.Unmarshal(append(bytes.Clone(head), '}'), &want)
	}
	form := multipart.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\n")), params["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return want, "\n", err
		}
		b, err := io.ReadAll(part)
		switch {
		case err != nil:
			return want, "", err
		case part.FormName() == "chat_id":
			want.Chat, err = strconv.ParseInt(string(b), 10, 64)
		default:
			want.sent = sent{part.FormName(), part.FileName(), b}
		}
		if err != nil {
			return want, "", err
		}
	}
}

// The sizes that Telegram sets bots.
const (
	mostFetched = 20 << 20
	mostSent    = 50 << 20
)

// offer keeps a file that a customer sends, and gives how the bot is told of it. The lock is held.
func (d *driver) offer(at *place, u channeltest.Upload) object {
	id := fmt.Sprintf("BQACAgIAAx-%d-%d", at.id, at.last)
	d.offered[id] = u
	return object{"file_id": id, "file_unique_id": "AgADx", "file_name": u.Name, "mime_type": u.Type, "file_size": u.Size}
}

// find says where a file can be had. The lock is held.
func (w *world) find(id string) reply {
	u, there := w.offered[id]
	switch {
	case !there:
		return no(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
	case u.Size > mostFetched:
		return no(400, "Bad Request: file is too big")
	}
	return yes(object{"file_id": id, "file_unique_id": "AgADx", "file_size": u.Size, "file_path": "documents/" + id})
}

// give gives a file's bytes to whoever knows its address, which has the token in it.
func (w *world) give(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	token, down := w.token.Reveal(), w.down
	u, there := w.offered[path.Base(r.URL.Path)]
	fault := next(w.spoils, u.Name)
	w.mu.Unlock()
	switch {
	case down, fault.Kind == channeltest.Drop:
		return nil, fmt.Errorf("get %s: %w", r.URL, errRefused)
	case !there, r.Method != http.MethodGet, r.URL.Path != "/file/bot"+token+"/documents/"+path.Base(r.URL.Path), fault.Kind == channeltest.Expired:
		return respond(404, no(404, "Not Found: bot"+token).body), nil
	}
	if fault.Kind != "" {
		given := spoilt(fault, token)
		response := respond(given.status, given.body)
		if fault.Kind == channeltest.Page {
			response.StatusCode = 200
			response.Header.Set("Content-Type", "text/html; charset=utf-8")
		}
		return response, nil
	}
	response := respond(200, "")
	response.ContentLength = -1
	response.Header.Set("Content-Type", "application/octet-stream")
	response.Body = io.NopCloser(u.Open(r.Context()))
	return response, nil
}

// show puts a file on the screen.
func (p *place) show(method string, f sent, now int64) reply {
	field := strings.ToLower(strings.TrimPrefix(method, "send"))
	switch {
	case f.field != field || f.bytes == nil:
		return no(400, "Bad Request: there is no "+field+" in the request")
	case len(f.bytes) == 0:
		return no(400, "Bad Request: file must be non-empty")
	case len(f.bytes) > mostSent:
		return no(413, "Request Entity Too Large")
	case field == "photo" && (len(f.bytes) > maxPhoto || !slices.Contains([]string{"image/png", "image/jpeg", "image/webp"}, http.DetectContentType(f.bytes))):
		return no(400, "Bad Request: IMAGE_PROCESS_FAILED")
	}
	m := post{ours: true, date: now, bytes: f.bytes}
	if field == "document" {
		m.file = f.name
	}
	return yes(object{"message_id": p.add(m), "from": theBot, "chat": p.chat(), "date": now})
}
