//! Load by one thread for all connections: for so many that threads of their own would cost the server more than their
//! requests do, because each has to be woken.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::crowd::{Answer, Visitor, whole};

/// When the requests of a visitor are due.
#[derive(Clone, Copy, Debug)]
enum Pace {
    /// As soon as the one before was answered.
    Rush,
    /// So long after one another, whatever became of the one before, the first after this.
    Steady { first: Duration, pause: Duration },
}

/// Each sends his next request as soon as he was answered, for so long.
pub(crate) fn rush(address: SocketAddr, visitors: Vec<Box<dyn Visitor>>, limit: Duration) -> Vec<Answer> {
    together(address, visitors, limit, |_| Pace::Rush).0
}

/// So many requests a second, for so long; and the visitors, who can go on. Times count from when each request was due.
pub(crate) fn steady(
    address: SocketAddr,
    visitors: Vec<Box<dyn Visitor>>,
    (rate, limit): (u32, Duration),
) -> (Vec<Answer>, Vec<Box<dyn Visitor>>) {
    let count = u32::try_from(visitors.len()).unwrap();
    let pause = Duration::from_secs(1) * count / rate;
    together(address, visitors, limit, |place| Pace::Steady { first: pause * place / count, pause })
}

fn together(
    address: SocketAddr,
    visitors: Vec<Box<dyn Visitor>>,
    limit: Duration,
    pace: impl Fn(u32) -> Pace,
) -> (Vec<Answer>, Vec<Box<dyn Visitor>>) {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let began = Instant::now() + Duration::from_millis(100);
        let mut visits = JoinSet::new();
        for (visitor, place) in visitors.into_iter().zip(0..) {
            visits.spawn(visit(address, visitor, (began, limit), pace(place)));
        }
        let (mut answers, mut visitors) = (Vec::new(), Vec::new());
        while let Some(visited) = visits.join_next().await {
            let (some, visitor) = visited.unwrap();
            answers.extend(some);
            visitors.push(visitor);
        }
        (answers, visitors)
    })
}

async fn visit(
    address: SocketAddr,
    mut visitor: Box<dyn Visitor>,
    (began, limit): (Instant, Duration),
    pace: Pace,
) -> (Vec<Answer>, Box<dyn Visitor>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut answers, mut read) = (Vec::new(), Vec::with_capacity(8_192));
    let mut due = match pace {
        Pace::Rush => began,
        Pace::Steady { first, .. } => began + first,
    };
    while due < began + limit
        && let Some(request) = visitor.next()
    {
        tokio::time::sleep_until(due.into()).await;
        stream.write_all(&request).await.unwrap();
        read.clear();
        let (status, body) = loop {
            assert!(stream.read_buf(&mut read).await.unwrap() > 0, "the connection was closed");
            if let Some(whole) = whole(&read) {
                break whole;
            }
        };
        answers.push(Answer::of((status, &read[body..]), &mut *visitor, (began, due)));
        due = match pace {
            Pace::Rush => Instant::now(),
            Pace::Steady { pause, .. } => due + pause,
        };
    }
    (answers, visitor)
}
