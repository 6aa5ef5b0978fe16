package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Options change how a queue behaves. The zero value is good.
type Options struct {
	// Silence is how long a worker may say nothing before its job is given to
	// another; 0 is 30 seconds. A worker says three times in it that it is alive.
	Silence time.Duration
	// Replicas is how many servers of a cluster keep each stream; 0 is 1.
	Replicas int
	// Name is what the server's monitoring calls this client.
	Name string
	// Disturbed, if it is set, is told when the connection is lost, with a reason,
	// and when it is there again, with nil. It must not block.
	Disturbed func(err error)
}

// Queue is a connection to a server. It is safe for concurrent use.
type Queue struct {
	conn    *nats.Conn
	streams jetstream.JetStream
	options Options
}

const (
	defaultSilence = 30 * time.Second
	// requestTime bounds one request to the server.
	requestTime = 10 * time.Second
	// longestPause bounds the pause between two tries to reach the server.
	longestPause = 5 * time.Second
)

// Connect connects to a server, or to one of a cluster, by a NATS URL or several
// with commas between. A token or user and password may be in it.
func Connect(ctx context.Context, servers string, o Options) (*Queue, error) {
	return connect(ctx, servers, o)
}

func connect(ctx context.Context, servers string, o Options, more ...nats.Option) (*Queue, error) {
	if o.Silence <= 0 {
		o.Silence = defaultSilence
	}
	tell := func(err error) {
		if o.Disturbed != nil {
			o.Disturbed(err)
		}
	}
	conn, err := nats.Connect(servers, append([]nats.Option{
		nats.Name(o.Name), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second), nats.Timeout(requestTime),
		// What is cut off without a word (a cable, a firewall) is noticed within half a silence.
		nats.PingInterval(max(o.Silence/6, time.Second)), nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			// Without an error it is this side that closes.
			if err != nil {
				tell(err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { tell(nil) }),
	}, more...)...)
	if err != nil {
		return nil, fmt.Errorf("connecting to the queue at %s: %w", Redacted(servers), err)
	}
	streams, err := jetstream.New(conn, jetstream.WithDefaultTimeout(requestTime))
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("connecting to the queue: %w", err)
	}
	q := &Queue{conn: conn, streams: streams, options: o}
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	if _, err := streams.AccountInfo(ctx); err != nil {
		conn.Close()
		if errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount) {
			err = errNoStreams
		}
		return nil, fmt.Errorf("connecting to the queue at %s: %w", Redacted(servers), err)
	}
	return q, nil
}

// Redacted is the URL of a server, or several with commas between, without what
// is secret in it.
func Redacted(servers string) string {
	list := strings.Split(servers, ",")
	for i, server := range list {
		scheme, rest, found := strings.Cut(server, "://")
		if !found {
			scheme, rest = "", server
		}
		// Not by parsing: what is no URL may have a secret in it too.
		rest = rest[strings.LastIndex(rest, "@")+1:]
		if list[i] = rest; found {
			list[i] = scheme + "://" + rest
		}
	}
	return strings.Join(list, ",")
}

// Close ends the connection.
func (q *Queue) Close() { q.conn.Close() }

// insist repeats a request until it succeeds, the context ends, or the server
// says something that repeating does not change.
func (q *Queue) insist(ctx context.Context, request func(ctx context.Context) error) error {
	pause := 100 * time.Millisecond
	for {
		try, cancel := context.WithTimeout(ctx, requestTime)
		err := request(try)
		cancel()
		if err == nil || ctx.Err() != nil || !passing(err) {
			return err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(context.Cause(ctx), err)
		case <-timer.C:
		}
		pause = min(2*pause, longestPause)
	}
}

// acknowledgeTime bounds the wait for an answer to an acknowledgement.
const acknowledgeTime = 5 * time.Second

// acknowledge acknowledges a message, and does not insist: a server that was killed
// may not know any more that it handed the message out, and never answers then. It
// hands it out again instead.
func (q *Queue) acknowledge(ctx context.Context, m jetstream.Msg) error {
	limited, cancel := context.WithTimeout(ctx, acknowledgeTime)
	defer cancel()
	err := q.insist(limited, m.DoubleAck)
	if err == nil || Gone(err) || limited.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}

// passing reports whether an error is of a kind that passes: the server cannot be
// reached, is starting, or has no leader for a stream at the moment.
func passing(err error) bool {
	var said *jetstream.APIError
	if errors.As(err, &said) {
		return said.Code >= 500 && !refused(err) && !full(said)
	}
	for _, kind := range []error{nats.ErrTimeout, nats.ErrNoResponders, nats.ErrDisconnected, nats.ErrConnectionReconnecting,
		nats.ErrNoServers, nats.ErrStaleConnection, nats.ErrReconnectBufExceeded, jetstream.ErrNoStreamResponse, jetstream.ErrNoHeartbeat,
		jetstream.ErrServerShutdown, jetstream.ErrConsumerLeadershipChanged, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// full reports whether the server has no room left, which does not pass by itself.
func full(said *jetstream.APIError) bool {
	// JSInsufficientResourcesErr and JSStorageResourcesExceededErr; a device that is
	// full comes as a plain error of writing a file.
	return said.ErrorCode == 10023 || said.ErrorCode == 10047 || strings.Contains(said.Description, "no space left on device")
}
