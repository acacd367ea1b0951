package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"parley/channels/telegram"
	"parley/core"
	"parley/core/file"
	"parley/core/hub"
	"parley/core/store"
)

// beside is what a test does to a place's database and files beside its server, as Anna.
type beside struct {
	*place
	store *store.Store
	files *file.Store
	hub   *hub.Hub
	anna  core.Actor
}

func (p *place) beside() *beside {
	p.t.Helper()
	must := func(err error) {
		p.t.Helper()
		if err != nil {
			p.t.Fatal(err)
		}
	}
	data := filepath.Join(p.dir, "data")
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(store.Options{URL: "sqlite:" + filepath.Join(data, "parley.db"), Clock: core.SystemClock, Log: log})
	must(err)
	p.t.Cleanup(func() { _ = s.Close() })
	files, err := file.New(filepath.Join(data, "files"))
	must(err)
	p.t.Cleanup(func() { _ = files.Close() })
	w := store.NewWriter(s, func(core.Committed) {})
	h, err := hub.New(hub.Config{
		Writer: w, Store: s, Files: files, Hints: func(core.Hint) {}, IDs: &core.IDMaker{}, Clock: core.SystemClock, Log: log,
		Can: func(core.ChannelID) (core.Capabilities, bool) { return telegram.Capabilities, true },
	})
	must(err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.Run(ctx)
	}()
	p.t.Cleanup(func() { cancel(); <-done })
	anna, err := s.AgentByEmail(ctx, "anna@example.test")
	must(err)
	return &beside{p, s, files, h, anna}
}

// said gives the messages with files, as they stand.
func (b *beside) said() (all []core.Event) {
	b.t.Helper()
	page, err := b.store.LogAfter(b.t.Context(), 0, 500)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, e := range page {
		if e.Kind == core.EventMessage && strings.Contains(e.Data, `"media"`) {
			all = append(all, e)
		}
	}
	return all
}

// bytesOf gives what a message's files hold, once they are all there.
func (b *beside) bytesOf(e core.Event) (all []string) {
	b.t.Helper()
	x, err := core.ParseExtra(e.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, m := range x.Media {
		if m.State != core.FileReady {
			all = append(all, fmt.Sprintf("%s: %s", m.State, m.Reason))
			continue
		}
		r, err := b.files.Open(m.Key)
		if err != nil {
			b.t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err = joined(err, r.Close()); err != nil {
			b.t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s %s %s: %s", m.Kind, m.Name, m.Type, text))
	}
	return all
}

func joined(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestFilesOverTelegramA13(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t)
	b := s.beside()
	const png = "\x89PNG\r\n\x1a\n and so on"
	upload := func(name, text string) string {
		response, err := http.Post(s.rig.url+"/__tg/file?name="+name, "application/octet-stream", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var made struct {
			Result struct {
				ID string `json:"file_id"`
			} `json:"result"`
		}
		if err := json.NewDecoder(response.Body).Decode(&made); err != nil || made.Result.ID == "" {
			t.Fatalf("keep a file at Telegram: %+v, %v", made, err)
		}
		return made.Result.ID
	}
	s.rig.update(object{"message": said(42, 1, object{"caption": "broken", "photo": []object{{"file_id": upload("p.jpg", png), "file_size": len(png)}}})})
	s.rig.update(object{"message": said(42, 2, object{"document": object{"file_id": upload("a.txt", "order 4711"), "file_name": "../a.txt", "file_size": 10}})})
	large := upload("large.bin", strings.Repeat("x", 20<<20+1))
	s.rig.update(object{"message": said(42, 3, object{"document": object{"file_id": large, "file_name": "large.bin"}})})
	session := s.session(42)
	want := []string{
		"photo photo.jpg image/png: " + png, "file a.txt text/plain: order 4711",
		"refused: Telegram lets bots fetch files of at most 20 MB. Ask the customer for another way.",
	}
	eventually(t, patience, func() string {
		var got []string
		for _, e := range b.said() {
			got = append(got, b.bytesOf(e)...)
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			return fmt.Sprintf("files: got %q, want %q", got, want)
		}
		return ""
	})

	// What an agent sends goes after the text; the rig shows it as what it was sent as.
	id, err := core.ParseID[core.SessionID](session)
	if err != nil {
		t.Fatal(err)
	}
	say := core.Say{Session: id, Text: "Here they are."}
	for name, text := range map[string]string{"label.png": png, "bill.pdf": "%PDF-1.7 and so on"} {
		f, err := b.hub.Bring(t.Context(), core.File{Agent: b.anna.Agent.ID, Name: name}, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		say.Media = append(say.Media, core.Media{File: f.ID})
	}
	done, err := b.hub.Do(t.Context(), b.anna, say, "")
	if err != nil {
		t.Fatal(err)
	}
	s.becomes(session, done.Event.ID.String(), "sent")
	got := s.texts(42)
	if len(got) != 3 || got[0] != "Here they are." || count(got, "[photo]") != 1 || count(got, "[document]") != 1 {
		t.Errorf("shown: got %q, want the text, a photo and a document", got)
	}
	s.noSecret()
}

// upload brings a file as a visitor's browser does.
func (s *server) upload(channel, token, name string, body io.Reader) (status int, answer map[string]any) {
	s.t.Helper()
	address := s.url + "/widget/v1/files?channel=" + channel + "&name=" + url.QueryEscape(name)
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, address, body)
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Origin", shop)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, answer
}

func TestAVisitorSaysOnlyFilesOfTheirOwnA13(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.people()
	s := p.serve()
	const channel = "support-widget"
	meet := func() (*link, string) {
		l, _ := dial(t, s.url+"/widget/v1/socket?channel="+channel, http.Header{"Origin": {shop}})
		l.send(t, object{"type": "hello", "versions": []int{1}})
		token, _ := l.await(t, "welcome")["token"].(string)
		return l, token
	}
	_, token := meet()
	if status, answer := s.upload(channel, token, "a.txt", strings.NewReader("mine")); status != http.StatusForbidden {
		t.Errorf("while the setting is off: got %d %v, want 403", status, answer)
	}
	p.must("channel", "set", channel, "--files")
	eventually(t, promptly, func() string {
		if status, answer := s.upload(channel, token, "../a.txt", strings.NewReader("mine")); status != http.StatusCreated {
			return fmt.Sprintf("got %d %v, want 201", status, answer)
		}
		return ""
	})
	_, answer := s.upload(channel, token, "../a.txt", strings.NewReader("mine"))
	file := answer["id"]
	if answer["name"] != "a.txt" || answer["type"] != "text/plain" {
		t.Errorf("answer: got %v", answer)
	}
	if status, answer := s.upload(channel, token, "none", strings.NewReader("")); status != http.StatusUnprocessableEntity || answer["reason"] != "The file is empty." {
		t.Errorf("an empty file: got %d %v", status, answer)
	}

	other, _ := meet()
	const id = "01963d2a-7e57-7c3f-9a41-0123456789a"
	other.send(t, object{"type": "message", "id": id + "1", "text": "give me that", "files": []any{file}})
	if refused := other.await(t, "refused"); refused["kind"] != "invalid" {
		t.Errorf("another's file: got %v, want it refused", refused)
	}
	mine, _ := dial(t, s.url+"/widget/v1/socket?channel="+channel, http.Header{"Origin": {shop}})
	mine.send(t, object{"type": "hello", "versions": []int{1}, "token": token})
	mine.await(t, "welcome")
	mine.send(t, object{"type": "message", "id": id + "2", "files": []any{file}})
	mine.await(t, "ack")
	mine.send(t, object{"type": "message", "id": id + "3", "text": "once more", "files": []any{file}})
	if refused := mine.await(t, "refused"); refused["kind"] != "invalid" {
		t.Errorf("a file that was said: got %v, want it refused", refused)
	}
	b := p.beside()
	all := b.said()
	if len(all) != 1 || strings.Join(b.bytesOf(all[0]), "|") != "file a.txt text/plain: mine" {
		t.Errorf("said: got %+v", all)
	}

	p.must("channel", "set", channel, "--no-files")
	eventually(t, promptly, func() string {
		if status, answer := s.upload(channel, token, "a.txt", bytes.NewReader(nil)); status != http.StatusForbidden {
			return fmt.Sprintf("after it was switched off: got %d %v, want 403", status, answer)
		}
		return ""
	})
	if _, stderr, status := p.do("channel", "set", channel, "--files", "--token-file", p.file("x", "y")); status == 0 || !strings.Contains(stderr, "--files") {
		t.Errorf("files and keys at once: got %d %s", status, stderr)
	}
}
