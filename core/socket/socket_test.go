package socket

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFramesAreReadAndRefusedByteForByte(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MaxFrame)
	half := []byte(long[:MaxFrame/2])
	tests := map[string]struct {
		send  [][]byte
		echo  string // expected back before the end
		close Code
	}{
		"a frame of 98,304 bytes is heard": {
			[][]byte{masked(0x81, []byte(long)), masked(0x88, []byte{3, 232})}, long, CloseNormal,
		},
		"a frame of 98,305 bytes is too large":            {[][]byte{masked(0x81, []byte(long+"x"))}, "", CloseTooLarge},
		"a frame of 1 MB is too large":                    {[][]byte{masked(0x81, make([]byte, 1<<20))}, "", CloseTooLarge},
		"98,304 bytes in two parts are heard":             {[][]byte{masked(0x01, half), masked(0x80, half), masked(0x88, []byte{3, 232})}, long, CloseNormal},
		"98,305 bytes in three parts are too large":       {[][]byte{masked(0x01, half), masked(0x00, half), masked(0x80, []byte("x"))}, "", CloseTooLarge},
		"a binary frame is refused":                       {[][]byte{masked(0x82, []byte("hello"))}, "", CloseBadFrame},
		"an empty text is heard":                          {[][]byte{masked(0x81, nil), masked(0x88, []byte{3, 232})}, "", CloseNormal},
		"a frame without a mask is refused":               {[][]byte{{0x81, 0x01, 'x'}}, "", CloseProtocol},
		"a compressed frame is refused":                   {[][]byte{masked(0xc1, []byte("x"))}, "", CloseProtocol},
		"an unknown opcode is refused":                    {[][]byte{masked(0x83, []byte("x"))}, "", CloseProtocol},
		"a continuation of nothing is refused":            {[][]byte{masked(0x80, []byte("x"))}, "", CloseProtocol},
		"a ping of 126 bytes is refused":                  {[][]byte{masked(0x89, make([]byte, 126))}, "", CloseProtocol},
		"a length with its highest bit set is refused":    {[][]byte{{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4}}, "", CloseProtocol},
		"the lowest negative length is refused":           {[][]byte{{0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}}, "", CloseProtocol},
		"a close without a code is answered":              {[][]byte{masked(0x88, nil)}, "", CloseNormal},
		"a close with a private code is answered with it": {[][]byte{masked(0x88, []byte{0x0f, 0xa0})}, "", 4000},
		"a close with a code of nobody is refused":        {[][]byte{masked(0x88, []byte{0, 1})}, "", CloseProtocol},
		"a text after a ping is heard": {
			[][]byte{masked(0x89, []byte("p")), masked(0x81, []byte("t")), masked(0x88, []byte{3, 232})}, "t", CloseNormal,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, _ := newTestGroup(t)
			address, h := serveOne(t, Options{Group: g})
			c := dial(t, address)
			go func() { // the server may hang up before it has all
				for _, b := range tt.send {
					_, _ = c.conn.Write(b)
				}
			}()
			if tt.echo != "" {
				for {
					opcode, payload, err := c.frame()
					if err != nil {
						t.Fatal(err)
					}
					if opcode == 1 {
						if string(payload) != tt.echo {
							t.Errorf("heard: got %d bytes, want %d", len(payload), len(tt.echo))
						}
						break
					}
				}
			}
			c.wantClose(tt.close)
			h.wantClosed(t)
		})
	}
}

func TestAPingIsAnsweredWithItsOwnWords(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	address, _ := serveOne(t, Options{Group: g})
	c := dial(t, address)
	c.write(masked(0x89, []byte("are you there")))
	opcode, payload, err := c.frame()
	if err != nil || opcode != 10 || string(payload) != "are you there" {
		t.Errorf("pong: got opcode %d %q %v, want 10 and the ping's words", opcode, payload, err)
	}
}

func TestWhatComesWithTheHandshakeIsHeard(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	address, _ := serveOne(t, Options{Group: g})
	c := dial(t, address, append(masked(0x81, []byte("first")), masked(0x81, []byte("second"))[:7]...)...)
	c.want("first")
	c.write(masked(0x81, []byte("second"))[7:])
	c.want("second")
}

func TestFramesOfEveryLengthGoOutInOrder(t *testing.T) {
	t.Parallel()
	var sent []string
	for _, n := range []int{0, 1, 125, 126, 127, 4095, 65535, 65536, 100_000} {
		sent = append(sent, strings.Repeat("y", n))
	}
	for i := range 300 {
		sent = append(sent, say(i))
	}
	g, _ := newTestGroup(t)
	address, h := serveOne(t, Options{Group: g})
	h.opened = func(c *Conn) {
		for _, s := range sent {
			if !c.Send([]byte(s)) {
				t.Errorf("Send of %d bytes: got false, want true", len(s))
			}
		}
	}
	c := dial(t, address)
	for _, s := range sent {
		c.want(s)
	}
}

func TestRequestsThatAreNoHandshakeAreAnsweredInHTTP(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		old, new string
		want     int
	}{
		"a page":                  {"Upgrade: websocket\r\n", "", 426},
		"another protocol":        {"Upgrade: websocket", "Upgrade: h2c", 426},
		"no connection header":    {"Connection: keep-alive, Upgrade\r\n", "", 426},
		"an old version":          {"Version: 13", "Version: 8", 426},
		"a POST":                  {"GET / ", "POST / ", 405},
		"no key":                  {"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400},
		"a key of another length": {"dGhlIHNhbXBsZSBub25jZQ==", "dGhl", 400},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, _ := newTestGroup(t)
			address, _ := serveOne(t, Options{Group: g})
			request := strings.Replace(handshake, tt.old, tt.new, 1)
			if got := statusOf(t, address, request); got != tt.want {
				t.Errorf("status: got %d, want %d", got, tt.want)
			}
			if got := g.Count(); got != 0 {
				t.Errorf("connections: got %d, want 0", got)
			}
		})
	}
}

func TestAServerThatCannotGiveTheConnectionAwaySaysSo(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header = http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}
	w := httptest.NewRecorder() // cannot be hijacked
	if err := Upgrade(w, r, newHandler(), Options{Group: g}); err == nil || w.Code != 500 {
		t.Errorf("Upgrade: got %v and %d, want an error and 500", err, w.Code)
	}
}

func statusOf(t testing.TB, address, request string) int {
	t.Helper()
	conn := dialRaw(t, address)
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	return readStatus(t, conn)
}

func TestTooManyFramesAreClosedWith4429(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	for name, frame := range map[string][]byte{"texts": masked(0x81, []byte("x")), "pings": masked(0x89, nil)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, _ := serveOne(t, Options{Group: g, Frames: 20, Span: time.Minute})
			c := dial(t, address)
			c.write(bytes.Repeat(frame, 21))
			for range 20 {
				if opcode, _, err := c.frame(); err != nil || opcode == 8 {
					t.Fatalf("within the limit: got opcode %d, %v", opcode, err)
				}
			}
			c.wantClose(CloseTooMany)
		})
	}
}

func TestOrderHoldsAcrossManyFrames(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	address, _ := serveOne(t, Options{Group: g})
	c := dial(t, address)
	var want []string
	go func() {
		for i := range 1000 {
			_, _ = c.conn.Write(masked(0x81, []byte(say(i))))
		}
	}()
	for i := range 1000 {
		want = append(want, say(i))
	}
	var got []string
	for range 1000 {
		_, payload, err := c.frame()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(payload))
	}
	if !slices.Equal(got, want) {
		t.Errorf("order: got %v…, want %v…", got[:3], want[:3])
	}
}
