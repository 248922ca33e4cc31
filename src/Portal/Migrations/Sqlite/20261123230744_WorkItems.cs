using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pirogov.Portal.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class WorkItems : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "archive_workitem",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Uid = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    CentreId = table.Column<Guid>(type: "TEXT", nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 20, nullable: false),
                    TransactionUid = table.Column<string>(type: "TEXT", maxLength: 64, nullable: true),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    CreatedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ChangedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Dataset = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_workitem", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "archive_workitem_subscription",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Subscriber = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    AccountId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Workitem = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    Filter = table.Column<string>(type: "TEXT", nullable: false),
                    HasDeletionLock = table.Column<bool>(type: "INTEGER", nullable: false),
                    IsOff = table.Column<bool>(type: "INTEGER", nullable: false),
                    SuspendedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_archive_workitem_subscription", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_CentreId_State",
                table: "archive_workitem",
                columns: new[] { "CentreId", "State" });

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_Uid",
                table: "archive_workitem",
                column: "Uid",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_subscription_Subscriber_Workitem",
                table: "archive_workitem_subscription",
                columns: new[] { "Subscriber", "Workitem" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_archive_workitem_subscription_Workitem",
                table: "archive_workitem_subscription",
                column: "Workitem");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "archive_workitem");

            migrationBuilder.DropTable(
                name: "archive_workitem_subscription");
        }
    }
}
