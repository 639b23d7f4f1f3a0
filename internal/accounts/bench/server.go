package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// server is a running waymark with somebody signed in.
type server struct {
	command *exec.Cmd
	log     *os.File
	url     string
	socket  string // folder of its database's socket
	client  *http.Client
}

// start runs the program and returns when it answers.
func start(ctx context.Context, program, data string) (_ *server, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		return nil, err
	}
	log, err := os.CreateTemp("", "waymark-bench-*.log")
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://" + address, log: log}
	s.command = exec.Command(program, "serve")
	s.command.Stdout, s.command.Stderr = log, log
	s.command.Env = append(os.Environ(), "WAYMARK_DATA="+data, "WAYMARK_ADDR="+address, "WAYMARK_TILE_CACHE=0", "WAYMARK_RATE_LIMIT=1000000000")
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop(), s.told())
		}
	}()
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	s.client = &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}}
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	if err := s.signIn(ctx); err != nil {
		return nil, err
	}
	held, err := os.ReadFile(filepath.Join(data, "postgres", "lock"))
	if err != nil {
		return nil, err
	}
	var holder struct{ Socket string }
	if err := json.Unmarshal(held, &holder); err != nil || holder.Socket == "" {
		return nil, fmt.Errorf("the data folder says of no database: %w", err)
	}
	s.socket = holder.Socket
	return s, nil
}

// ready asks until the server answers; migrations may take their time.
func (s *server) ready(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- s.command.Wait() }()
	for end := time.Now().Add(10 * time.Minute); time.Now().Before(end); {
		response, err := s.client.Get(s.url + "/healthz")
		if err == nil {
			if err := response.Body.Close(); err != nil {
				return err
			}
			if response.StatusCode < 500 {
				return nil
			}
		}
		select {
		case err := <-ended:
			return fmt.Errorf("the server ended: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("the server does not answer")
}

// told is the end of what the server wrote.
func (s *server) told() error {
	text, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err
	}
	return errors.Join(fmt.Errorf("it wrote: %s", text[max(0, len(text)-2000):]), os.Remove(s.log.Name()))
}

func (s *server) signIn(ctx context.Context) error {
	body, err := json.Marshal(map[string]string{"email": "manager@demo.waymark.example", "password": "waymark-demo"})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/api/session", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("sign in: %s: %s", response.Status, text)
	}
	return nil
}

// stop ends the server as a person at a terminal would.
func (s *server) stop() error {
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		// The goroutine of ready waits for the process, so that it leaves nothing.
		if errors.Is(s.command.Process.Signal(syscall.Signal(0)), os.ErrProcessDone) {
			break
		}
	}
	return s.log.Close()
}
