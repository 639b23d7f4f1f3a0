package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/waymark-crm/waymark/internal/fault"
)

// HealthCmd asks the server on this machine whether it is ready: for health
// checks of containers, which have no curl.
type HealthCmd struct{}

// Run succeeds when the server answers that it is ready.
func (HealthCmd) Run(ctx context.Context, env *Env) error {
	host, port, err := net.SplitHostPort(env.Config.Server.Addr)
	if err != nil {
		return fault.Errorf(fault.Invalid, "WAYMARK_ADDR is %q; it has to look like :8080.", env.Config.Server.Addr)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, 4*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "No server answers on "+env.Config.Server.Addr+".")
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fault.Errorf(fault.Unavailable, "The server is not ready: %s", strings.TrimSpace(string(text)))
	}
	return nil
}
