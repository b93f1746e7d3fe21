//! Bots, their templates and their tokens.

use livechat_types::{
    Empty,
    configuration::{
        Bot, BotField, BotTemplate, CreateBot, CreateBotResponse, CreateBotTemplate,
        CreateBotTemplateResponse, DeleteBot, DeleteBotTemplate, GetBot, IssueBotToken,
        IssueBotTokenResponse, ListBotTemplates, ListBots, ListedBot, ResetBotSecret, ResetBotSecretResponse,
        ResetBotTemplateSecret, ResetBotTemplateSecretResponse, UpdateBot, UpdateBotTemplate,
    },
    shared::{BotCreated, BotDeleted, BotUpdated, RoutingPriority},
};

use super::{check_max_chats, check_memberships, owner, scheduler};
use crate::{
    actions::Call,
    error::ApiError,
    router::{self, Gone},
    state::{limits, people, setup::new_bot},
};

/// Most chats at a time that a bot may be set to.
const MAX_CHATS: u32 = 500;
/// Most templates of one application.
const MAX_TEMPLATES: usize = 5;
/// How long a bot's token is good, in seconds.
const TOKEN_LIFETIME: i64 = 24 * 60 * 60;

pub(crate) fn create_bot(call: &mut Call<'_>, request: CreateBot) -> Result<CreateBotResponse, ApiError> {
    check_max_chats(request.max_chats_count, MAX_CHATS)?;
    check_memberships(call, request.groups.as_ref())?;
    let owner = owner(call, request.owner_client_id.as_ref())?;
    limits::check("bots", call.state.bots.len(), limits::BOTS)?;
    let (id, secret) = (call.state.ids.hex(), call.state.ids.secret());
    let mut bot = new_bot(id.clone(), secret.clone(), &request.name, &owner, call.now);
    bot.avatar = request.avatar;
    bot.max_chats_count = request.max_chats_count.unwrap_or(6);
    bot.default_group_priority = request.default_group_priority.unwrap_or(RoutingPriority::Normal);
    bot.job_title = request.job_title;
    bot.groups = request.groups.unwrap_or_default();
    bot.work_scheduler =
        request.work_scheduler.map(|work| scheduler(Some(work.timezone), work.schedule)).transpose()?;
    insert(call, bot);
    Ok(CreateBotResponse::new(id, secret))
}

fn insert(call: &mut Call<'_>, bot: people::Bot) {
    let mut webhook = BotCreated::new(
        bot.id.as_str(),
        bot.name.as_str(),
        bot.default_group_priority.clone(),
        bot.owner_client_id.as_str(),
    );
    webhook.groups = Some(bot.groups.clone());
    webhook.avatar = Some(bot.avatar.clone().unwrap_or_default());
    webhook.job_title = Some(bot.job_title.clone().unwrap_or_default());
    webhook.max_chats_count = Some(i64::from(bot.max_chats_count));
    webhook.work_scheduler.clone_from(&bot.work_scheduler);
    call.state.bots.insert(bot.id.clone(), bot);
    call.emit(webhook);
}

/// The bot, if the caller's application owns it or the token is for all bots.
fn bot_mut<'a>(call: &'a mut Call<'_>, id: &str, all: &str) -> Result<&'a mut people::Bot, ApiError> {
    let may_all = call.caller.has(all);
    let client = call.caller.client_id.clone();
    let bot = call.state.bots.get_mut(id);
    let bot = bot.ok_or_else(|| ApiError::not_found(format!("there is no bot `{id}`")))?;
    if may_all || bot.owner_client_id == client {
        return Ok(bot);
    }
    Err(ApiError::authorization(format!("bot `{id}` is of another application: needs the scope `{all}`")))
}

pub(crate) fn update_bot(call: &mut Call<'_>, request: UpdateBot) -> Result<Empty, ApiError> {
    check_max_chats(request.max_chats_count, MAX_CHATS)?;
    check_memberships(call, request.groups.as_ref())?;
    let work =
        request.work_scheduler.map(|work| scheduler(Some(work.timezone), work.schedule)).transpose()?;
    let bot = bot_mut(call, request.id.as_str(), "agents-bot--all:rw")?;
    let mut webhook = BotUpdated::new(request.id);
    if let Some(name) = request.name {
        bot.name.clone_from(&name);
        webhook.name = Some(name);
    }
    if let Some(avatar) = request.avatar {
        bot.avatar = Some(avatar.clone());
        webhook.avatar = Some(avatar);
    }
    if let Some(count) = request.max_chats_count {
        bot.max_chats_count = count;
        webhook.max_chats_count = Some(i64::from(count));
    }
    if let Some(groups) = request.groups {
        bot.groups.clone_from(&groups);
        webhook.groups = Some(groups);
    }
    if let Some(priority) = request.default_group_priority {
        bot.default_group_priority = priority.clone();
        webhook.default_group_priority = Some(priority);
    }
    if let Some(title) = request.job_title {
        bot.job_title = Some(title.clone());
        webhook.job_title = Some(title);
    }
    if work.is_some() {
        bot.work_scheduler.clone_from(&work);
        webhook.work_scheduler = work;
    }
    call.emit(webhook);
    router::serve_queue(call);
    Ok(Empty::default())
}

pub(crate) fn delete_bot(call: &mut Call<'_>, request: DeleteBot) -> Result<Empty, ApiError> {
    let name = bot_mut(call, request.id.as_str(), "agents-bot--all:rw")?.name.clone();
    call.state.bots.remove(request.id.as_str());
    call.emit(BotDeleted::new(request.id.clone()));
    router::leave_chats(call, request.id.as_str(), &name, Gone::Deleted)?;
    Ok(Empty::default())
}

macro_rules! fill {
    ($view:ident, $bot:ident, $fields:expr) => {
        for field in $fields.iter().flatten() {
            match field {
                BotField::Groups => $view.groups = Some($bot.groups.clone()),
                BotField::WorkScheduler => $view.work_scheduler.clone_from(&$bot.work_scheduler),
                BotField::JobTitle => $view.job_title = Some($bot.job_title.clone().unwrap_or_default()),
                BotField::MaxChatsCount => $view.max_chats_count = Some(i64::from($bot.max_chats_count)),
                BotField::Timezone => {
                    let zone = $bot.work_scheduler.as_ref().and_then(|work| work.timezone.clone());
                    $view.timezone = Some(zone.unwrap_or_default());
                }
                _ => {}
            }
        }
    };
}

pub(crate) fn list_bots(call: &mut Call<'_>, request: ListBots) -> Result<Vec<ListedBot>, ApiError> {
    // With a personal access token there is no application whose bots could be meant.
    let all = request.all.unwrap_or(call.caller.is_personal);
    if all && !call.caller.has("agents-bot--all:ro") {
        return Err(ApiError::authorization("`all`: needs the scope `agents-bot--all:ro`"));
    }
    let client = call.caller.client_id.as_str();
    let found = call.state.bots.values().filter(|bot| all || bot.owner_client_id == client);
    let view = |bot: &people::Bot| {
        let mut view = ListedBot::new(bot.id.as_str(), bot.name.as_str());
        view.avatar.clone_from(&bot.avatar);
        fill!(view, bot, request.fields);
        view
    };
    Ok(found.map(view).collect())
}

pub(crate) fn get_bot(call: &mut Call<'_>, request: GetBot) -> Result<Bot, ApiError> {
    let bot = bot_mut(call, request.id.as_str(), "agents-bot--all:ro")?;
    let mut view = Bot::new(bot.id.as_str(), bot.name.as_str());
    view.avatar.clone_from(&bot.avatar);
    view.default_group_priority = Some(bot.default_group_priority.clone());
    view.owner_client_id = Some(bot.owner_client_id.as_str().into());
    fill!(view, bot, request.fields);
    Ok(view)
}

pub(crate) fn issue_bot_token(
    call: &mut Call<'_>,
    request: IssueBotToken,
) -> Result<IssueBotTokenResponse, ApiError> {
    let bot = call.state.bots.get(request.bot_id.as_str());
    let known = bot.filter(|bot| {
        bot.secret == request.bot_secret.expose()
            && bot.owner_client_id == request.client_id.as_str()
            && call.state.organization.id == request.organization_id.as_str()
    });
    if known.is_none() {
        return Err(ApiError::authentication(
            "the bot, its application, its secret or the organization is wrong",
        ));
    }
    let now = call.now;
    let token = call.state.issue_bot_token(request.bot_id.as_str(), Some(TOKEN_LIFETIME), now);
    Ok(IssueBotTokenResponse::new(token))
}

pub(crate) fn reset_bot_secret(
    call: &mut Call<'_>,
    request: ResetBotSecret,
) -> Result<ResetBotSecretResponse, ApiError> {
    owner(call, request.owner_client_id.as_ref())?;
    let secret = call.state.ids.secret();
    let bot = bot_mut(call, request.id.as_str(), "agents-bot--all:rw")?;
    bot.secret.clone_from(&secret);
    Ok(ResetBotSecretResponse::new(secret))
}

pub(crate) fn create_bot_template(
    call: &mut Call<'_>,
    request: CreateBotTemplate,
) -> Result<CreateBotTemplateResponse, ApiError> {
    check_max_chats(request.max_chats_count, MAX_CHATS)?;
    let owner = request.owner_client_id.as_str();
    if call.state.bot_templates.values().filter(|template| template.owner_client_id == owner).count()
        >= MAX_TEMPLATES
    {
        return Err(ApiError::limit(format!("an application has at most {MAX_TEMPLATES} bot templates")));
    }
    limits::check("bot templates", call.state.bot_templates.len(), limits::BOT_TEMPLATES)?;
    if request.affect_existing_installations == Some(true) {
        limits::check("bots", call.state.bots.len(), limits::BOTS)?;
    }
    let (id, secret) = (call.state.ids.hex(), call.state.ids.secret());
    let template = people::BotTemplate {
        id: id.clone(),
        secret: secret.clone(),
        name: request.name,
        avatar: request.avatar,
        owner_client_id: owner.to_owned(),
        default_group_priority: request.default_group_priority.unwrap_or(RoutingPriority::Normal),
        job_title: request.job_title,
        max_chats_count: request.max_chats_count.unwrap_or(6),
    };
    if request.affect_existing_installations == Some(true) {
        let bot = install(&template, call.now);
        insert(call, bot);
    }
    call.state.bot_templates.insert(id.clone(), template);
    Ok(CreateBotTemplateResponse::new(id, secret))
}

/// The bot that a template makes has the template's id.
fn install(template: &people::BotTemplate, now: jiff::Timestamp) -> people::Bot {
    let mut bot =
        new_bot(template.id.clone(), template.secret.clone(), &template.name, &template.owner_client_id, now);
    bot.avatar.clone_from(&template.avatar);
    bot.default_group_priority = template.default_group_priority.clone();
    bot.job_title.clone_from(&template.job_title);
    bot.max_chats_count = template.max_chats_count;
    bot
}

fn template_mut<'a>(
    call: &'a mut Call<'_>,
    id: &str,
    owner: &str,
) -> Result<&'a mut people::BotTemplate, ApiError> {
    let template = call.state.bot_templates.get_mut(id).filter(|template| template.owner_client_id == owner);
    template.ok_or_else(|| ApiError::not_found(format!("the application has no bot template `{id}`")))
}

pub(crate) fn update_bot_template(
    call: &mut Call<'_>,
    request: UpdateBotTemplate,
) -> Result<Empty, ApiError> {
    check_max_chats(request.max_chats_count, MAX_CHATS)?;
    let id = request.id.as_str().to_owned();
    let template = template_mut(call, &id, request.owner_client_id.as_str())?;
    if let Some(name) = request.name {
        template.name = name;
    }
    if request.avatar.is_some() {
        template.avatar = request.avatar;
    }
    if request.job_title.is_some() {
        template.job_title = request.job_title;
    }
    if let Some(count) = request.max_chats_count {
        template.max_chats_count = count;
    }
    if let Some(priority) = request.default_group_priority {
        template.default_group_priority = priority;
    }
    let template = template.clone();
    if request.affect_existing_installations == Some(true)
        && let Some(bot) = call.state.bots.get_mut(&id)
    {
        let (groups, status) = (bot.groups.clone(), bot.status.clone());
        *bot = install(&template, call.now);
        bot.groups = groups;
        bot.status = status;
    }
    Ok(Empty::default())
}

pub(crate) fn delete_bot_template(
    call: &mut Call<'_>,
    request: DeleteBotTemplate,
) -> Result<Empty, ApiError> {
    let id = request.id.as_str();
    template_mut(call, id, request.owner_client_id.as_str())?;
    call.state.bot_templates.remove(id);
    if request.affect_existing_installations == Some(true)
        && let Some(bot) = call.state.bots.remove(id)
    {
        call.emit(BotDeleted::new(id));
        router::leave_chats(call, id, &bot.name, Gone::Deleted)?;
    }
    Ok(Empty::default())
}

pub(crate) fn list_bot_templates(
    call: &mut Call<'_>,
    request: ListBotTemplates,
) -> Result<Vec<BotTemplate>, ApiError> {
    let owner = request.owner_client_id.as_str();
    let found = call.state.bot_templates.values().filter(|template| template.owner_client_id == owner);
    let view = |template: &people::BotTemplate| {
        let mut view = BotTemplate::new(template.id.as_str(), template.name.as_str());
        view.avatar.clone_from(&template.avatar);
        view
    };
    Ok(found.map(view).collect())
}

pub(crate) fn reset_bot_template_secret(
    call: &mut Call<'_>,
    request: ResetBotTemplateSecret,
) -> Result<ResetBotTemplateSecretResponse, ApiError> {
    let secret = call.state.ids.secret();
    let id = request.id.as_str();
    template_mut(call, id, request.owner_client_id.as_str())?.secret.clone_from(&secret);
    if request.affect_existing_installations == Some(true)
        && let Some(bot) = call.state.bots.get_mut(id)
    {
        bot.secret.clone_from(&secret);
    }
    Ok(ResetBotTemplateSecretResponse::new(secret))
}
