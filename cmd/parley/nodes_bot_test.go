package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"sync"
	"testing"
	"time"
)

// botAPI is as much of Telegram as it takes to write to a bot and be answered, for tests of nodes and not of Telegram.
type botAPI struct {
	url string

	mu     sync.Mutex
	update object // the one that waits to be fetched
	said   []string
	late   chan struct{} // what is said while it is there is answered when it is closed
}

func newBotAPI(t *testing.T) *botAPI {
	t.Helper()
	b := &botAPI{update: object{"update_id": 7, "message": object{
		"message_id": 1, "date": time.Now().Unix(), "text": "Hello from Telegram",
		"chat": object{"id": 5, "type": "private", "first_name": "Tilda"}, "from": object{"id": 5, "first_name": "Tilda"},
	}}}
	s := httptest.NewServer(b)
	t.Cleanup(s.Close)
	b.url = s.URL
	return b
}

func (b *botAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Offset int    `json:"offset"`
		Text   string `json:"text"`
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	var result any = true
	switch path.Base(r.URL.Path) {
	case "getMe":
		result = object{"id": 123456, "is_bot": true, "first_name": "Bot", "username": "parley_bot"}
	case "getUpdates":
		result = b.fetch(in.Offset)
	case "sendMessage":
		result = object{"message_id": b.take(in.Text), "date": time.Now().Unix(), "chat": object{"id": 5, "type": "private"}, "text": in.Text}
	}
	_ = json.NewEncoder(w).Encode(object{"ok": true, "result": result})
}

// fetch gives the update until it is confirmed, and after that nothing, slowly.
func (b *botAPI) fetch(offset int) []object {
	b.mu.Lock()
	if offset > 7 {
		b.update = nil
	}
	waits := b.update
	b.mu.Unlock()
	if waits == nil {
		time.Sleep(200 * time.Millisecond)
		return []object{}
	}
	return []object{waits}
}

// take notes what the bot says, and gives its number.
func (b *botAPI) take(text string) int {
	b.mu.Lock()
	b.said = append(b.said, text)
	n, late := len(b.said), b.late
	b.mu.Unlock()
	if late != nil {
		<-late
	}
	return 100 + n
}

// hold lets what is said from now on wait for its answer, until release is called.
func (b *botAPI) hold() (release func()) {
	late := make(chan struct{})
	b.set(late)
	return sync.OnceFunc(func() { close(late) })
}

func (b *botAPI) set(late chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.late = late
}

// hears waits until the customer has a text, and gives how often they have it.
func (b *botAPI) hears(t *testing.T, text string) (times int) {
	t.Helper()
	eventually(t, 60*time.Second, func() string {
		b.mu.Lock()
		defer b.mu.Unlock()
		times = 0
		for _, s := range b.said {
			if s == text {
				times++
			}
		}
		if times == 0 {
			return fmt.Sprintf("the customer has not heard %q but %q", text, b.said)
		}
		return ""
	})
	return times
}
