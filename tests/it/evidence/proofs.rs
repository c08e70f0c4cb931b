//! Proofs that stand alone.

use routix::evidence::{Kept, Proof, Prover, checkpoint_in};

use super::place::Sealed;

fn prover(place: &Sealed) -> Prover {
    let (feed, seals) = place.ports();
    Prover { feed, seals, keys: place.public_keys() }
}

/// As it is after it went through a file.
fn again(proof: &Proof) -> Proof {
    serde_json::from_str(&serde_json::to_string(proof).unwrap()).unwrap()
}

#[tokio::test]
async fn every_event_is_proven_against_every_checkpoint_that_covers_it() {
    let place = Sealed::new(21).await;
    let (prover, kept) = (prover(&place), place.kept(&[]));
    for note in place.notes().await {
        let checkpoint = checkpoint_in(&note).unwrap();
        for position in 1..=place.head().await {
            let proof = prover.inclusion(position, Some(checkpoint.size)).await;
            assert_eq!(proof.is_ok(), position <= checkpoint.position, "{position} in {}", checkpoint.size);
            if let Ok(proof) = proof {
                let (against, unvouched) = again(&proof).check(&kept).unwrap();
                assert_eq!((against, unvouched.len()), (checkpoint.clone(), 0));
                let (_, unvouched) = again(&proof).check(&Kept::default()).unwrap();
                assert_eq!(unvouched.len(), 1);
            }
        }
    }
}

#[tokio::test]
async fn a_proof_of_another_event_or_checkpoint_proves_nothing() {
    let place = Sealed::new(22).await;
    let (prover, kept) = (prover(&place), place.kept(&[]));
    let text = serde_json::to_string(&prover.inclusion(17, None).await.unwrap()).unwrap();
    let other = Sealed::new(23).await;
    assert!(serde_json::from_str::<Proof>(&text).unwrap().check(&other.kept(&[])).is_err(), "a key of nobody");
    for (from, to) in [
        ("\"position\":17", "\"position\":18"),
        ("\"index\":16", "\"index\":15"),
        ("\"version\":1", "\"version\":2"),
        ("position ", "position 1"),
        ("\"authenticated_by\":\"", "\"authenticated_by\":\"x"),
        ("\"proof\":[", "\"proof\":[\"0000000000000000000000000000000000000000000000000000000000000000\","),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        assert!(serde_json::from_str::<Proof>(&changed).unwrap().check(&kept).is_err(), "{to}");
    }
}

#[tokio::test]
async fn a_log_that_grew_is_proven_to_begin_with_the_older_one() {
    let place = Sealed::new(24).await;
    let (prover, kept, notes) = (prover(&place), place.kept(&[]), place.notes().await);
    for (number, old) in notes.iter().enumerate() {
        for new in &notes[number..] {
            let size = checkpoint_in(new).unwrap().size;
            let proof = prover.consistency(old, Some(size)).await.unwrap();
            assert_eq!(again(&proof).check(&kept).unwrap().0.size, size);
        }
        for newer in &notes[number + 1..] {
            assert!(prover.consistency(newer, Some(checkpoint_in(old).unwrap().size)).await.is_err());
        }
    }
    let elsewhere = Sealed::new(25).await.notes().await;
    assert!(prover.consistency(&elsewhere[0], None).await.is_err(), "the beginning of another log");
}

#[tokio::test]
async fn an_event_is_found_by_its_id_and_what_is_not_there_is_said() {
    let mut place = Sealed::new(26).await;
    let prover = prover(&place);
    let proof = prover.inclusion(33, None).await.unwrap();
    let routix::evidence::Proven::Inclusion { event, .. } = proof.of else { panic!("of an event") };
    assert_eq!(prover.position_of(event.event_id).await.unwrap(), 33);
    assert!(prover.position_of(uuid::Uuid::nil()).await.is_err());
    assert!(prover.inclusion(0, None).await.is_err() && prover.inclusion(9_999, None).await.is_err());
    assert!(prover.inclusion(3, Some(1)).await.is_err(), "there is no such checkpoint");
    place.grow(70).await;
    let waiting = place.head().await;
    assert!(prover.inclusion(waiting, None).await.unwrap_err().to_string().contains("not sealed yet"));
}
