package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// ServerOptions say how a server inside this process is started.
type ServerOptions struct {
	// Dir is where the server keeps its streams; a later server goes on from them.
	Dir string
	// Listen is the address for workers of other processes, as HOST:PORT; port 0
	// is any that is free. Empty: nobody else can connect.
	Listen string
	// Token is what the workers of other processes must show.
	Token string
}

// Server is a NATS server inside this process.
type Server struct {
	nats   *server.Server
	token  string
	listen bool
}

// startTime bounds how long a server may take to read its streams and be ready.
const startTime = 30 * time.Second

// Serve starts a server inside this process.
func Serve(o ServerOptions) (*Server, error) {
	options := &server.Options{
		ServerName: "ansatz", JetStream: true, StoreDir: o.Dir, DontListen: o.Listen == "",
		// The process handles its own signals and has one log.
		NoSigs: true, NoLog: true,
		// A result that was acknowledged must be there after a power cut.
		SyncAlways: true,
	}
	if o.Listen != "" {
		host, port, err := net.SplitHostPort(o.Listen)
		if err != nil {
			return nil, fmt.Errorf("listening for workers on %q: %w", o.Listen, err)
		}
		if options.Port, err = strconv.Atoi(port); err != nil {
			return nil, fmt.Errorf("listening for workers on %q: the port must be a number", o.Listen)
		}
		if options.Port == 0 {
			options.Port = server.RANDOM_PORT
		}
		options.Host, options.Authorization = host, o.Token
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("starting the queue in %s: %w", o.Dir, err)
	}
	// The log goes nowhere, so a port that is taken is found out by waiting; ask first.
	if o.Listen != "" {
		probe, err := net.Listen("tcp", o.Listen)
		if err != nil {
			return nil, fmt.Errorf("listening for workers: %w", err)
		}
		if err := probe.Close(); err != nil {
			return nil, fmt.Errorf("listening for workers: %w", err)
		}
	}
	s.Start()
	if !s.ReadyForConnections(startTime) || !s.JetStreamEnabled() {
		s.Shutdown()
		s.WaitForShutdown()
		return nil, fmt.Errorf("starting the queue in %s: the server did not become ready; is the disk full, or is the folder in use?", o.Dir)
	}
	return &Server{nats: s, token: o.Token, listen: o.Listen != ""}, nil
}

// URL is where workers of other processes connect to, with the token, or empty.
func (s *Server) URL() string {
	if !s.listen {
		return ""
	}
	address, ok := s.nats.Addr().(*net.TCPAddr)
	if !ok {
		return ""
	}
	host := address.IP.String()
	if address.IP.IsUnspecified() {
		host = "HOST" // any of this machine's
	}
	at := net.JoinHostPort(host, strconv.Itoa(address.Port))
	if s.token == "" {
		return "nats://" + at
	}
	return "nats://" + s.token + "@" + at
}

// Connect connects to the server without a network.
func (s *Server) Connect(ctx context.Context, o Options) (*Queue, error) {
	return connect(ctx, nats.DefaultURL, o, nats.InProcessServer(s.nats), nats.Token(s.token))
}

// Linger waits until no client of another process is connected any more, or some
// time is over: those that ask now and then what there is to do find out that it
// is nothing.
func (s *Server) Linger(ctx context.Context, most time.Duration) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for end := time.Now().Add(most); s.listen && s.others() > 0 && time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// others counts the clients of other processes.
func (s *Server) others() (n int) {
	list, err := s.nats.Connz(&server.ConnzOptions{})
	if err != nil {
		return 0
	}
	for _, c := range list.Conns {
		// A connection within the process has no address.
		if c.Port != 0 {
			n++
		}
	}
	return n
}

// Close ends the server. What is in the streams stays in its folder.
func (s *Server) Close() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}

// NewToken makes a token that cannot be guessed.
func NewToken() string { return rand.Text() }

// errNoStreams is what an old or a plain NATS server comes to.
var errNoStreams = errors.New("the server has no JetStream; start it with: nats-server -js")
