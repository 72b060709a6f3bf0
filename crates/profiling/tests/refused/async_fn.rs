use profiling::line_profile;

#[line_profile]
async fn waits(n: u32) -> u32 {
    std::future::ready(n).await
}

fn main() {}
