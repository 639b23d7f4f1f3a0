package api

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what /metrics tells Prometheus. Routes are named by their pattern,
// so that ids make no series.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(streams func() int) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waymark_http_requests_total", Help: "Requests answered, by method, route and status.",
		}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "waymark_http_request_seconds", Help: "Time until the answer was ready, by route.",
			Buckets: []float64{.001, .003, .01, .03, .1, .3, 1, 3, 10},
		}, []string{"route"}),
	}
	m.registry.MustRegister(
		m.requests, m.duration,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "waymark_event_streams", Help: "Streams of events that are open.",
		}, func() float64 { return float64(streams()) }),
	)
	return m
}

func (s *Server) registerMetrics() {
	if !s.deps.Settings.Metrics {
		return
	}
	s.metrics = newMetrics(func() int {
		if s.deps.Events == nil {
			return 0
		}
		return s.deps.Events.Streams()
	})
	if s.deps.DB != nil {
		connections := func(name, help string, value func(*pgxpool.Stat) int32) {
			s.metrics.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
				return float64(value(s.deps.DB.Pool().Stat()))
			}))
		}
		connections("waymark_database_connections", "Connections to the database that are open.", (*pgxpool.Stat).TotalConns)
		connections("waymark_database_connections_in_use", "Connections to the database that are in use.", (*pgxpool.Stat).AcquiredConns)
	}
	s.raw("/metrics", public, adaptor.HTTPHandler(promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})))
}

func (m *metrics) observe(c *fiber.Ctx, took time.Duration) {
	route := c.Route().Path
	m.requests.WithLabelValues(c.Method(), route, strconv.Itoa(c.Response().StatusCode())).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}
