package socket

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

func dialRaw(t testing.TB, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func readStatus(t testing.TB, conn net.Conn) int {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// TestAPeerThatStopsReadingIsCut is class 49 of the security list: what waits for a peer is bounded in bytes.
func TestAPeerThatStopsReadingIsCut(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	slowHandler, fastHandler := newHandler(), newHandler()
	slowAddress := serve(t, Options{Group: g}, func() Handler { return slowHandler })
	fastAddress := serve(t, Options{Group: g}, func() Handler { return fastHandler })

	slow := dialBuffered(t, slowAddress, 2048, nil)
	fast := dial(t, fastAddress)
	slowConn, fastConn := <-slowHandler.conn, <-fastHandler.conn

	frames := make(chan int, 1)
	go func() { // the healthy peer reads all that it is sent
		n := 0
		for {
			opcode, _, err := fast.frame()
			if err != nil || opcode == 8 {
				frames <- n
				return
			}
			n++
		}
	}()

	payload := bytes.Repeat([]byte("z"), 4096)
	peak, sent, longest := 0, 0, time.Duration(0)
	for {
		began := time.Now()
		ok := slowConn.Send(payload)
		longest = max(longest, time.Since(began))
		slowConn.mu.Lock()
		peak = max(peak, slowConn.waiting)
		slowConn.mu.Unlock()
		if !ok {
			break
		}
		sent++
		if !fastConn.Send(payload) {
			t.Fatal("Send to the healthy peer: got false, want true")
		}
		if sent%8 == 0 { // no faster than the healthy peer reads
			waitForTaken(t, fastConn)
		}
	}
	t.Logf("taken for the peer that stopped: %d frames of 4 KiB; waiting at most %d of %d bytes; longest Send %v",
		sent, peak, MaxWaiting, longest)
	if peak > MaxWaiting {
		t.Errorf("waiting: got %d bytes, want at most %d", peak, MaxWaiting)
	}
	if peak < MaxWaiting-2*len(payload) {
		t.Errorf("waiting: got %d bytes, want it to have come near %d", peak, MaxWaiting)
	}
	if slowConn.Send([]byte("more")) {
		t.Error("Send after the limit: got true, want false")
	}
	slowConn.mu.Lock()
	left := slowConn.waiting
	slowConn.mu.Unlock()
	if left > batchBytes+len(payload)+200 {
		t.Errorf("held after the limit: got %d bytes, want no more than what is being written", left)
	}

	slow.wantClose(CloseSlow) // once it reads again
	slowHandler.wantClosed(t)
	fastConn.Close(CloseNormal, "")
	if got := <-frames; got != sent {
		t.Errorf("frames at the healthy peer: got %d, want %d", got, sent)
	}
}

func TestAPeerThatNeverReadsAgainIsCutAfterTheWriteTime(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	g.write, g.linger = 200*time.Millisecond, 100*time.Millisecond
	h := newHandler()
	address := serve(t, Options{Group: g}, func() Handler { return h })
	dialBuffered(t, address, 2048, nil)
	c := <-h.conn
	for c.Send(make([]byte, 4096)) {
		time.Sleep(time.Millisecond) // the writer fills the kernel's buffers before the queue is full
	}
	h.wantClosed(t) // nothing else would end it
	waitForCount(t, g, 0)
}

func TestAPeerThatDoesNotAnswerACloseIsCut(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	g.linger = 100 * time.Millisecond
	address, h := serveOne(t, Options{Group: g})
	dial(t, address)
	(<-h.conn).Close(CloseGone, "gone")
	h.wantClosed(t)
	waitForCount(t, g, 0)
}

func TestAPeerThatVanishesIsNoticed(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	address, h := serveOne(t, Options{Group: g})
	c := dial(t, address)
	conn := <-h.conn
	_ = c.conn.Close()
	h.wantClosed(t)
	waitForCount(t, g, 0)
	if conn.Send([]byte("x")) {
		t.Error("Send to a peer that has gone: got true, want false")
	}
	conn.Close(CloseGone, "too late")
}

func TestWhatWaitsIsSentBeforeTheCode(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	address, h := serveOne(t, Options{Group: g})
	h.opened = func(c *Conn) {
		c.Send([]byte("last words"))
		c.Close(CloseGone, strings.Repeat("r", 200))
		c.Close(CloseSlow, "the second does not count")
		if c.Send([]byte("later")) {
			t.Error("Send after Close: got true, want false")
		}
	}
	c := dial(t, address)
	c.want("last words")
	c.wantClose(CloseGone)
	h.wantClosed(t)
}

func TestNothingIsHeardAfterClose(t *testing.T) {
	t.Parallel()
	g, _ := newTestGroup(t)
	address, h := serveOne(t, Options{Group: g})
	heard := 0
	h.message = func(c *Conn, _ []byte) {
		heard++
		c.Close(CloseBadFrame, "")
	}
	c := dial(t, address)
	c.write(bytes.Repeat(masked(0x81, []byte("x")), 5))
	c.wantClose(CloseBadFrame)
	h.wantClosed(t)
	if heard != 1 {
		t.Errorf("frames heard: got %d, want 1", heard)
	}
}

func TestAPanicEndsOnlyItsConnection(t *testing.T) {
	t.Parallel()
	const secret = "words of a customer"
	for name, prepare := range map[string]func(*handler){
		"in Open":    func(h *handler) { h.opened = func(*Conn) { panic(secret) } },
		"in Message": func(h *handler) { h.message = func(*Conn, []byte) { panic(secret) } },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, book := newTestGroup(t)
			address, h := serveOne(t, Options{Group: g})
			prepare(h)
			other := newHandler()
			otherAddress := serve(t, Options{Group: g}, func() Handler { return other })
			healthy := dial(t, otherAddress)

			c := dial(t, address)
			c.text("x")
			c.wantClose(CloseInternal)
			h.wantClosed(t)
			healthy.text("I am well")
			healthy.want("I am well")
			if got := book.String(); !strings.Contains(got, "socket handler panicked") || strings.Contains(got, secret) {
				t.Errorf("log: got %q, want the panic without its words", got)
			}
		})
	}
}

// TestAnIdleConnectionCostsOneGoroutine is goal P4's part of this room: its reader, on a stack that has not grown. The
// handler's stack is a worker's, of which a few are kept.
func TestAnIdleConnectionCostsOneGoroutine(t *testing.T) {
	const idle = 1000
	g, _ := newTestGroup(t)
	address := serve(t, Options{Group: g}, func() Handler { return newHandler() })
	before := settle(0)
	heap, stacks := memory()
	clients := make([]*client, idle)
	for i := range clients {
		clients[i] = dial(t, address)
		clients[i].text("hello")
		clients[i].want("hello")
	}
	after := settle(before + idle + maxIdleWorkers)
	heapAfter, stacksAfter := memory()
	t.Logf("goroutines: %d before, %d with %d idle connections; a connection: %d bytes of stack, %d of heap at both ends",
		before, after, idle, (stacksAfter-stacks)/idle, (heapAfter-heap)/idle)
	if got := after - before; got < idle || got > idle+maxIdleWorkers {
		t.Errorf("goroutines for %d idle connections: got %d, want one each and at most %d more", idle, got, maxIdleWorkers)
	}
	for _, c := range clients {
		_ = c.conn.Close()
	}
	waitForCount(t, g, 0)
	if got := settle(before + maxIdleWorkers); got > before+maxIdleWorkers {
		t.Errorf("goroutines afterwards: got %d, want at most %d and %d", got, before, maxIdleWorkers)
	}
	if err := g.CloseAll(t.Context(), CloseGoingAway, ""); err != nil {
		t.Errorf("CloseAll: %v", err)
	}
	if got := settle(before); got > before {
		t.Errorf("goroutines when the group is closed: got %d, want %d", got, before)
	}
}

// settle waits until the number of goroutines stands still, at most at a number that it is to come down to, and gives it. Zero: at any.
func settle(most int) int {
	n, same := runtime.NumGoroutine(), 0
	for deadline := time.Now().Add(patience); same < 5; {
		time.Sleep(20 * time.Millisecond)
		if now := runtime.NumGoroutine(); now == n {
			if most == 0 || now <= most || time.Now().After(deadline) {
				same++
			}
		} else {
			n, same = now, 0
		}
	}
	return n
}

func memory() (heap, stacks int) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc), int(m.StackInuse)
}

// patience is how long a test waits for what must come; on a busy machine that can be long.
const patience = 30 * time.Second

func waitForCount(t testing.TB, g *Group, want int) {
	t.Helper()
	for deadline := time.Now().Add(patience); g.Count() != want; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("connections: got %d, want %d", g.Count(), want)
		}
	}
}

// waitForTaken waits until nothing waits to be sent.
func waitForTaken(t testing.TB, c *Conn) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		c.mu.Lock()
		waiting := c.waiting
		c.mu.Unlock()
		if waiting == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes wait for a peer that reads", waiting)
		}
	}
}
