package main

import (
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
)

// What tells files of agents from texts: each is called after the message beside which it is shared.
const (
	fileWord = "beside a file"
	fileEnd  = ".png"
	pngBytes = "\x89PNG\r\n\x1a\n and what else a picture has"
)

// shared makes a file that somebody shares, as Slack tells of it.
func (n *slackNet) shared(name string) object {
	n.mu.Lock()
	n.names = append(n.names, name)
	id := fmt.Sprintf("F%07d", len(n.names))
	n.mu.Unlock()
	return n.file(id)
}

// file is a file as Slack writes it.
func (n *slackNet) file(id string) object {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, _ := strconv.Atoi(strings.TrimPrefix(id, "F"))
	if number < 1 || number > len(n.names) {
		return object{}
	}
	url := n.server.URL + secretFiles + id
	return object{
		"id": id, "name": n.names[number-1], "mimetype": "image/png", "size": len(pngBytes), "mode": "hosted",
		"url_private": url, "url_private_download": url,
	}
}

// hand gives a file's bytes to an app that shows its token.
func (n *slackNet) hand(w http.ResponseWriter, r *http.Request) {
	if _, bot := n.of(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")); !bot {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>Sign in</html>"))
		return
	}
	m := n.fate.spoil(slackSpoilt)
	if !m.acts() || m == brokenJSON { // of bytes nobody can see that they are not what they were
		n.fate.answer(w, droppedSoon, nil, "")
		return
	}
	n.fate.answer(w, m, []byte(pngBytes), `{"ok":false,"error":"ratelimited"}`)
}

// uploaded reads a call that brings a file: it is called after its message.
func uploaded(contentType string, body string) (p telegramCall, ok bool) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/form-data" {
		return p, false
	}
	form, err := multipart.NewReader(strings.NewReader(body), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		return p, false
	}
	p.Chat, err = strconv.ParseInt(strings.Join(form.Value["chat_id"], ""), 10, 64)
	for _, files := range form.File {
		for _, f := range files {
			p.Text = strings.TrimSuffix(f.Filename, fileEnd)
		}
	}
	return p, err == nil && p.Text != ""
}
