/** Plays rhythms as an active buzzer sounds: a square wave, on and off. Browsers allow it after the first click. */

const BUZZER_HZ = 2_700;
const VOLUME = 0.04;
const MS_PER_SECOND = 1_000;

let audio: AudioContext | null = null;

export function playRhythm(rhythm: readonly number[]): void {
  audio ??= new AudioContext();
  if (audio.state !== "running") {
    void audio.resume();
    return;
  }
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.type = "square";
  tone.frequency.value = BUZZER_HZ;
  gain.gain.value = 0;
  let at = audio.currentTime;
  rhythm.forEach((durationMs, index) => {
    gain.gain.setValueAtTime(index % 2 === 0 ? VOLUME : 0, at);
    at += durationMs / MS_PER_SECOND;
  });
  gain.gain.setValueAtTime(0, at);
  tone.connect(gain).connect(audio.destination);
  tone.start();
  tone.stop(at + 0.02);
}
