package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"time"
)

// startRedis runs a redis-server of the run's own, which keeps nothing.
func startRedis(ctx context.Context, dir string) (url string, stop func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", nil, err
	}
	addr, err := freeAddress()
	if err != nil {
		return "", nil, err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", nil, err
	}
	c := exec.CommandContext(context.WithoutCancel(ctx), "redis-server", "--bind", host, "--port", port, "--dir", dir, "--save", "", "--appendonly", "no")
	if err := c.Start(); err != nil {
		return "", nil, fmt.Errorf("no Redis: set PARLEY_TEST_REDIS or --redis, or install redis-server: %w", err)
	}
	stop = func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	for begin := time.Now(); time.Since(begin) < 10*time.Second && ctx.Err() == nil; pause(ctx, 10*time.Millisecond) {
		if conn, err := net.Dial("tcp", addr); err == nil {
			_ = conn.Close()
			return "redis://" + addr, stop, nil
		}
	}
	stop()
	return "", nil, fmt.Errorf("redis-server does not listen on %s", addr)
}
