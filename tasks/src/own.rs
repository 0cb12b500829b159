//! A task of your own: a RASP-L program, and a distribution over its prompts.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rasp::rasp_l::{Generation, Program, Sequence};

use crate::catalogue::Entry;
use crate::error::TaskError;
use crate::random::{self, ChaCha8Rng};
use crate::task::{Example, Task};
use crate::vocabulary::Vocabulary;

/// A prompt that fulfils the condition must turn up within so many draws.
const MOST_DRAWS: usize = 1_000;
/// The longest answers that may be asked for, far beyond what can be trained on: they catch a slip before it fills the memory.
const MOST_TIMES: usize = 1_000;
const MOST_PLUS: usize = 10_000;
/// Examples of each length that are tried before anything is trained.
const EXAMPLES_TRIED: usize = 30;

/// How the data tokens of a prompt are drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Draw {
    /// Uniformly, with replacement.
    #[default]
    Repeated,
    /// Uniformly, without replacement; so the alphabet is the largest length.
    Distinct,
}

/// What of a program's run is the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// What it writes, token by token, up to its `eos`: at most `times` the length and `plus` more tokens.
    Written {
        /// Tokens for each unit of length.
        times: usize,
        /// Tokens beside.
        plus: usize,
    },
    /// Its output at the prompt's last position, and then `eos`.
    Last,
}

impl Default for Answer {
    fn default() -> Self {
        Answer::Written { times: 1, plus: 1 }
    }
}

/// A distribution over prompts: `begin`, as many data tokens as the length, `end`.
#[derive(Debug, Clone)]
pub struct Prompts {
    /// The number of data tokens, `0..alphabet`.
    pub alphabet: usize,
    /// How data tokens are drawn.
    pub draw: Draw,
    /// Words before the data: numbers and symbols of the program.
    pub begin: String,
    /// Words after the data.
    pub end: String,
    /// A program of booleans that must be true at the last position of the prompt; prompts are drawn until it is.
    pub condition: Option<Program>,
    /// The largest length that may be asked for, where there is one.
    pub longest: Option<usize>,
    /// What is answered.
    pub answer: Answer,
}

/// A task whose answers a RASP-L program gives.
///
/// Length is data tokens of the prompt. Its tokens are the program's symbols and `0..alphabet`.
pub struct OwnTask {
    entry: &'static Entry,
    vocabulary: Vocabulary,
    program: Program,
    prompts: Prompts,
    begin: Vec<i8>,
    end: Vec<i8>,
    eos: i8,
    /// A run to use again: examples are drawn one after the other.
    spare: Mutex<Option<Generation>>,
}

impl fmt::Debug for OwnTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnTask").field(&self.entry.name).finish()
    }
}

impl OwnTask {
    /// The task of a program.
    ///
    /// # Errors
    /// [`TaskError::OwnProgram`] where program and prompts cannot make a task: no `eos`, an output that is no token, words that the program does
    /// not know, an alphabet that is empty, beyond int8, or holds `eos` or a word around the data, or answers without room for `eos`.
    pub fn new(name: &str, program: Program, prompts: Prompts) -> Result<Self, TaskError> {
        let refuse = |reason: String| TaskError::OwnProgram { task: name.to_owned(), reason };
        let eos = program
            .symbol("eos")
            .ok_or_else(|| refuse("the program names no `eos`, which ends each answer: add `eos = -2;`".to_owned()))?;
        let generation = program.generation().map_err(|error| refuse(error.to_string()))?;
        if prompts.alphabet == 0 || prompts.alphabet > 128 {
            return Err(refuse(format!("an alphabet has 1 to 128 data tokens, not {}: tokens are 8-bit integers", prompts.alphabet)));
        }
        if let Answer::Written { times, plus } = prompts.answer
            && (plus == 0 || times > MOST_TIMES || plus > MOST_PLUS)
        {
            return Err(refuse(format!(
                "an answer of at most {times} times the length and {plus} tokens: `times` is 0 to {MOST_TIMES}, `plus` is 1, for `eos`, to {MOST_PLUS}"
            )));
        }
        let data = |token: i8| usize::try_from(token).is_ok_and(|token| token < prompts.alphabet);
        let words = |text: &str| program.read_tokens(text).map_err(|error| refuse(format!("`{text}`: {error}")));
        let (begin, end) = (words(&prompts.begin)?, words(&prompts.end)?);
        if let Some((symbol, token)) = program.symbols().iter().find(|(_, token)| *token == eos && data(*token)) {
            return Err(refuse(format!(
                "`{symbol} = {token};` is one of the data tokens 0 to {}: give it a negative number",
                prompts.alphabet - 1
            )));
        }
        if let Some((symbol, token)) =
            program.symbols().iter().find(|(_, token)| data(*token) && begin.iter().chain(&end).any(|word| word == token))
        {
            return Err(refuse(format!(
                "`{symbol} = {token};` stands around the data and is one of its tokens: give it a negative number"
            )));
        }
        // A symbol may name a data token, or two a token: a token has one name, and a data token its number.
        let mut named: Vec<(String, i8)> = Vec::new();
        for (symbol, token) in program.symbols() {
            if !data(*token) && named.iter().all(|(_, other)| other != token) {
                named.push((symbol.clone(), *token));
            }
        }
        for token in begin.iter().chain(&end) {
            if !data(*token) && named.iter().all(|(_, other)| other != token) {
                named.push((token.to_string(), *token));
            }
        }
        named.extend((0..prompts.alphabet).map(|token| (token.to_string(), token as i8)));
        let vocabulary = Vocabulary::new(named)?;
        let entry = describe(name, &program, &prompts);
        Ok(Self { entry, vocabulary, program, prompts, begin, end, eos, spare: Mutex::new(Some(generation)) })
    }

    /// Draws and answers examples of each length, so that a program that fails does so before anything is trained.
    ///
    /// # Errors
    /// The first that cannot be answered, with its prompt.
    pub fn probe(&self, lengths: impl IntoIterator<Item = usize>) -> Result<(), TaskError> {
        for length in lengths {
            let mut rng = random::stream(0, "probe", length as u64);
            for _ in 0..EXAMPLES_TRIED {
                self.sample(length, &mut rng)?;
            }
        }
        Ok(())
    }

    fn draw(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Vec<i8>, TaskError> {
        for _ in 0..MOST_DRAWS {
            let data = match self.prompts.draw {
                Draw::Repeated => random::repeated(rng, self.prompts.alphabet, length),
                Draw::Distinct => random::distinct(rng, self.prompts.alphabet, length),
            };
            let prompt = [&self.begin[..], &data, &self.end].concat();
            if self.is_admitted(&prompt)? {
                return Ok(prompt);
            }
        }
        Err(TaskError::NoPrompt { task: self.entry.name.to_owned(), length: length.into(), draws: MOST_DRAWS })
    }

    /// Whether the condition holds at the prompt's last position.
    fn is_admitted(&self, prompt: &[i8]) -> Result<bool, TaskError> {
        let Some(condition) = &self.prompts.condition else { return Ok(true) };
        match condition.evaluate(prompt) {
            Ok(Sequence::Booleans(values)) => Ok(values.last() == Some(&true)),
            Ok(_) => Err(self.failed(prompt, "the condition is no boolean: end it with a comparison".to_owned())),
            Err(error) => Err(self.failed(prompt, format!("the condition has no value: {error}"))),
        }
    }

    /// Whether the tokens are distinct, where they must be.
    fn may_repeat(&self, data: &[i8]) -> bool {
        self.prompts.draw == Draw::Repeated || (1..data.len()).all(|place| !data[..place].contains(&data[place]))
    }

    fn run(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut generation = match spare {
            Some(generation) => generation,
            None => self.program.generation().map_err(|error| self.failed(prompt, error.to_string()))?,
        };
        generation.reset();
        let answer = self.write(&mut generation, prompt);
        *self.spare.lock().unwrap_or_else(PoisonError::into_inner) = Some(generation);
        answer
    }

    fn write(&self, generation: &mut Generation, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let most = self.answer_max(prompt.len() - self.begin.len() - self.end.len());
        let mut answer = Vec::new();
        let mut next = |input: &[i8]| {
            let token =
                generation.extend(input).and_then(|()| generation.next_token()).map_err(|error| self.failed(prompt, error.to_string()))?;
            if self.vocabulary.id(token).is_none() {
                return Err(self.failed(prompt, format!("it writes {token}, which is neither a symbol nor one of the data tokens")));
            }
            Ok(token)
        };
        answer.push(next(prompt)?);
        if self.prompts.answer == Answer::Last {
            answer.push(self.eos);
            return Ok(answer);
        }
        while answer.last() != Some(&self.eos) {
            if answer.len() >= most {
                let reason = format!("it writes {most} tokens without `eos`: {}", self.vocabulary.show(&answer));
                return Err(self.failed(prompt, reason));
            }
            answer.push(next(&answer[answer.len() - 1..])?);
        }
        Ok(answer)
    }

    fn answer_max(&self, length: usize) -> usize {
        match self.prompts.answer {
            Answer::Written { times, plus } => length.saturating_mul(times).saturating_add(plus),
            Answer::Last => 2,
        }
    }

    fn failed(&self, prompt: &[i8], reason: String) -> TaskError {
        TaskError::OwnProgramFailed { task: self.entry.name.to_owned(), prompt: self.vocabulary.show(prompt), reason }
    }
}

impl Task for OwnTask {
    fn entry(&self) -> &'static Entry {
        self.entry
    }

    fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    fn tokens_max(&self, length: usize) -> usize {
        self.begin.len() + length + self.end.len() + self.answer_max(length)
    }

    fn length_limit(&self) -> Option<usize> {
        (self.prompts.draw == Draw::Distinct).then_some(self.prompts.alphabet)
    }

    fn check_length(&self, length: usize) -> Result<(), TaskError> {
        let task = self.entry.name;
        match (self.prompts.longest, self.length_limit()) {
            _ if length == 0 => Err(TaskError::LengthZero { task, unit: self.entry.unit }),
            (Some(longest), _) if length > longest => Err(TaskError::OwnProgram {
                task: task.to_owned(),
                reason: format!("length {length} is beyond `longest: {longest}`: raise that, or lower the length"),
            }),
            (_, Some(limit)) if length > limit => Err(TaskError::LengthBeyondAlphabet {
                task,
                length: length.into(),
                limit: limit.into(),
                alphabet: limit,
                alphabet_unit: self.alphabet_unit(),
                most: 128,
            }),
            _ => Ok(()),
        }
    }

    fn sample(&self, length: usize, rng: &mut ChaCha8Rng) -> Result<Example, TaskError> {
        self.check_length(length)?;
        let prompt = self.draw(length, rng)?;
        let answer = self.run(&prompt)?;
        Ok(Example { prompt, answer })
    }

    fn answer(&self, prompt: &[i8]) -> Result<Vec<i8>, TaskError> {
        let inner = prompt.strip_prefix(&self.begin[..]).and_then(|rest| rest.strip_suffix(&self.end[..]));
        let is_data = |&token: &i8| usize::try_from(token).is_ok_and(|token| token < self.prompts.alphabet);
        match inner {
            Some(data)
                if self.check_length(data.len()).is_ok()
                    && data.iter().all(is_data)
                    && self.may_repeat(data)
                    && self.is_admitted(prompt)? =>
            {
                self.run(prompt)
            }
            _ => Err(crate::task::not_a_prompt(self, prompt)),
        }
    }
}

/// The task's row. It is as static as those of the catalogue, so it is kept for as long as the process runs.
fn describe(name: &str, program: &Program, prompts: &Prompts) -> &'static Entry {
    let kept = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let words = |text: &str| if text.is_empty() { String::new() } else { format!(" {text} ") };
    let format = format!("{} x1 ... xn {} => answer", words(&prompts.begin).trim(), words(&prompts.end).trim());
    let file = program.name().rsplit(['/', '\\']).next().unwrap_or_default();
    let entry = Entry {
        name: kept(name.to_owned()),
        version: 1,
        summary: kept(format!("what {file} answers")),
        format: kept(format.split_whitespace().collect::<Vec<_>>().join(" ")),
        unit: "data tokens of the prompt",
        alphabet_default: prompts.alphabet,
        alphabet_bounds: Some(1..=128),
        program: Some((kept(file.to_owned()), kept(program.source().to_owned()))),
        make: None,
    };
    Box::leak(Box::new(entry))
}

/// As a [`Task`] to be shared.
impl From<OwnTask> for Arc<dyn Task> {
    fn from(task: OwnTask) -> Self {
        Arc::new(task)
    }
}
