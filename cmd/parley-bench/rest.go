package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"parley/core"
)

// agentAPI is the REST side as one agent's key reaches it.
type agentAPI struct {
	base string
	key  core.Secret
	http *http.Client
}

func newAgentAPI(addr string, key core.Secret) *agentAPI {
	return &agentAPI{"http://" + addr, key, &http.Client{
		Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: 30 * time.Second},
	}}
}

// sessionRow is a session as lists show it, as far as it matters here.
type sessionRow struct {
	ID       string `json:"id"`
	Number   int64  `json:"number"`
	State    string `json:"state"`
	LastSeq  int64  `json:"last_seq"`
	Messages int64  `json:"messages"`
	Gone     bool   `json:"gone"`
	Assignee *struct {
		Name string `json:"name"`
	} `json:"assignee"`
}

// logEvent is a row of a session's log as agents see it.
type logEvent struct {
	ID       string `json:"id"`
	Seq      int64  `json:"seq"`
	Kind     string `json:"kind"`
	Session  string `json:"session"`
	Audience string `json:"audience"`
	Actor    struct {
		Kind string `json:"kind"`
	} `json:"actor"`
	Text     string `json:"text"`
	ClientID string `json:"client_id"`
	State    string `json:"state"`
	Deleted  string `json:"deleted_at"`
}

// do sends a request. The error is the connection's; whatever the program answered is in status, and in out if that is a 2xx.
func (a *agentAPI) do(ctx context.Context, method, path string, body, out any) (status int, err error) {
	var text io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		text = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, a.base+path, text)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+a.key.Reveal())
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := a.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode < 300 && out != nil {
		err = json.Unmarshal(b, out)
	}
	return answer.StatusCode, err
}

// get reads, and takes any answer but 200 for an error.
func (a *agentAPI) get(ctx context.Context, path string, out any) error {
	status, err := a.do(ctx, http.MethodGet, path, nil, out)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("GET %s: status %d", path, status)
	}
	return err
}

// sessions lists all sessions that the agent sees.
func (a *agentAPI) sessions(ctx context.Context) ([]sessionRow, error) {
	var rows []sessionRow
	for after := ""; ; {
		var page struct {
			Items []sessionRow
			Next  string
		}
		if err := a.get(ctx, "/api/v1/sessions?limit=100&after="+url.QueryEscape(after), &page); err != nil {
			return nil, err
		}
		rows = append(rows, page.Items...)
		if after = page.Next; after == "" {
			return rows, nil
		}
	}
}

// events lists a session's log after a seq, in order.
func (a *agentAPI) events(ctx context.Context, session string, after int64) ([]logEvent, error) {
	var events []logEvent
	for {
		var page struct {
			Items []logEvent
			More  bool
		}
		from := "after_seq=" + strconv.FormatInt(after, 10)
		if after == 0 { // from the beginning: nothing comes before the first but itself
			from = "before_seq=2"
		}
		if err := a.get(ctx, "/api/v1/sessions/"+session+"/messages?limit=100&"+from, &page); err != nil {
			return nil, err
		}
		events = append(events, page.Items...)
		if after > 0 && !page.More || len(page.Items) == 0 {
			return events, nil
		}
		after = page.Items[len(page.Items)-1].Seq
	}
}

// dialStream opens the agent's event stream (web/STREAM.md).
func (a *agentAPI) dialStream(after string, take func([]byte)) (*line, error) {
	address := "ws" + a.base[len("http"):] + "/api/v1/events"
	if after != "" {
		address += "?after=" + url.QueryEscape(after)
	}
	return dial(address, http.Header{"Authorization": {"Bearer " + a.key.Reveal()}}, take)
}

// streamFrame is a frame of the event stream, as far as it matters here.
type streamFrame struct {
	Type     string          `json:"type"`
	After    string          `json:"after"`
	Cursor   string          `json:"cursor"`
	Resumed  bool            `json:"resumed"`
	Events   []logEvent      `json:"events"`
	Sessions json.RawMessage `json:"sessions"`
}

func follow(sessions []string) []byte {
	b, err := json.Marshal(map[string]any{"type": "follow", "sessions": sessions})
	if err != nil { // words always marshal
		panic(err)
	}
	return b
}
