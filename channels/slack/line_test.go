package slack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"parley/channels/channeltest"
)

// socketDriver is a driver whose Slack tells over connections that the adapter opens. What is not acknowledged is told again: on the next
// connection, or after a while.
type socketDriver struct {
	*driver
	cables sync.Mutex
	all    []*cable
}

// cable is a connection.
type cable struct {
	conn *websocket.Conn
	mu   sync.Mutex
}

func (w *cable) send(v any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.conn.WriteJSON(v)
}

func newSocketDriver(t channeltest.T) *socketDriver {
	d := &socketDriver{driver: newDriver(ModeSocket)}
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := upgrader.Upgrade(w, r, nil); err == nil {
			d.talk(&cable{conn: conn})
		}
	}))
	d.Socket = "ws" + strings.TrimPrefix(server.URL, "http")
	d.sever = d.severAll
	t.Cleanup(server.Close)
	t.Cleanup(d.severAll)
	return d
}

func (d *socketDriver) severAll() {
	d.cables.Lock()
	defer d.cables.Unlock()
	for _, w := range d.all {
		_ = w.conn.Close()
	}
	d.all = nil
}

// newest tells whether it is the connection over which things are told.
func (d *socketDriver) isNewest(w *cable) bool {
	d.cables.Lock()
	defer d.cables.Unlock()
	return len(d.all) > 0 && d.all[len(d.all)-1] == w
}

// talk tells all that is to be told over a connection, until it ends.
func (d *socketDriver) talk(w *cable) {
	d.cables.Lock()
	d.all = append(d.all, w)
	d.cables.Unlock()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var a ack
			if w.conn.ReadJSON(&a) != nil {
				return
			}
			if number, err := strconv.Atoi(a.Envelope); err == nil {
				d.taken(number)
			}
		}
	}()
	w.send(map[string]any{"type": "hello", "num_connections": 1})
	sent := map[int]time.Time{}
	for {
		d.hand.Lock()
		feed, changed := slices.Clone(d.feed), d.changed
		d.hand.Unlock()
		for _, t := range feed {
			if d.isNewest(w) && time.Since(sent[t.number]) > 3*time.Second {
				sent[t.number] = time.Now()
				w.send(map[string]any{"envelope_id": fmt.Sprint(t.number), "type": "events_api", "payload": json.RawMessage(t.body)})
			}
		}
		select {
		case <-ended:
			d.cables.Lock()
			d.all = slices.DeleteFunc(d.all, func(other *cable) bool { return other == w })
			d.cables.Unlock()
			_ = w.conn.Close()
			return
		case <-changed:
		case <-time.After(500 * time.Millisecond):
		}
	}
}
