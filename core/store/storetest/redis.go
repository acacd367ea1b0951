package storetest

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// SharedRedis gives the address of the Redis that PARLEY_TEST_REDIS names. Without one the test is skipped.
func SharedRedis(t testing.TB) string {
	t.Helper()
	url := os.Getenv("PARLEY_TEST_REDIS")
	if url == "" {
		t.Skip("set PARLEY_TEST_REDIS to the address of a Redis server, as make test does")
	}
	return url
}

// RedisServer is a Redis of the test's own, which may be killed.
type RedisServer struct {
	t     testing.TB
	port  int
	run   *exec.Cmd
	ended chan struct{}
}

// Redis starts a Redis on a free port of 127.0.0.1 that keeps nothing on disk and ends with the test. Without Redis's program the test is
// skipped, and where it would run without PARLEY_TEST_REDIS too: both come by make test.
func Redis(t testing.TB) *RedisServer {
	t.Helper()
	SharedRedis(t)
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("install redis-server, as make deps does, or put it on the PATH")
	}
	r := &RedisServer{t: t, port: unusedPort(t)}
	t.Cleanup(r.Kill)
	r.Start()
	return r
}

// URL is its address, which stays when it is started again.
func (r *RedisServer) URL() string { return "redis://127.0.0.1:" + strconv.Itoa(r.port) }

// Start starts a Redis that was killed, and returns when it takes connections.
func (r *RedisServer) Start() {
	r.t.Helper()
	port := strconv.Itoa(r.port)
	c := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", r.t.TempDir())
	if err := c.Start(); err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan struct{})
	r.run, r.ended = c, ended
	go func() {
		defer close(ended)
		_ = c.Wait()
	}()
	for until := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(until) {
			r.t.Fatalf("redis-server does not start: %v", err)
		}
	}
}

// Stop stops its process where it is: it hangs, with its connections.
func (r *RedisServer) Stop() { _ = r.run.Process.Signal(syscall.SIGSTOP) }

// Kill ends its process as kill -9 does, and returns when it is gone.
func (r *RedisServer) Kill() {
	if r.run != nil {
		_ = r.run.Process.Kill()
		<-r.ended
	}
}

func unusedPort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
